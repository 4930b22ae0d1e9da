import {formatAge} from '../../output/duration.ts';
import type {EnvironmentView, ImageView, ObjectView, Tone} from './data.ts';

/** The image of one service or resource in one environment. Texts are unsanitised. */
type MatrixCell = {
	/** The image, and its age or `=`; empty if nothing is deployed there. */
	readonly text: string;
	readonly tone: Tone;
	/** Whether it is the image of the row above. */
	readonly isSame: boolean;
	/** Whether another environment has a newer image. */
	readonly isOlder: boolean;
};

export type MatrixRow = {
	readonly environment: EnvironmentView;
	/** One for each column. */
	readonly cells: readonly MatrixCell[];
	/** Names of the services and resources of which another environment has a newer image. */
	readonly behind: readonly string[];
};

export type Matrix = {
	/** The names of the services, then those of the resources. */
	readonly columns: readonly string[];
	readonly rows: readonly MatrixRow[];
};

type Column = Pick<ObjectView, 'address' | 'name' | 'kind'>;

/** Every service and resource that an environment has or compartment.yml declares, services first. */
function columnsOf(environments: readonly EnvironmentView[]): readonly Column[] {
	const columns = new Map<string, Column>();
	for (const {objects} of environments)
		for (const {address, name, kind} of objects) if (!columns.has(address)) columns.set(address, {address, name, kind});
	return [...columns.values()].toSorted((a, b) => Number(a.kind === 'resource') - Number(b.kind === 'resource'));
}

const isNewer = (one: ImageView, other: ImageView): boolean =>
	one.identity !== other.identity && one.at !== null && other.at !== null && one.at > other.at;

/** Two prebuilt images may have the same tag: then the start of their ids tells them apart. */
function nameOf({name, identity}: ImageView, column: readonly ImageView[]): string {
	const isAmbiguous = column.some(other => other.name === name && other.identity !== identity);
	return isAmbiguous ? `${name}@${identity.replace(/^sha256:/, '').slice(0, 7)}` : name;
}

const missing: MatrixCell = {text: '', tone: 'quiet', isSame: false, isOlder: false};

type Compared = {
	/** The image of this column in the nearest row above that has one. */
	readonly above: ImageView | undefined;
	/** All images of the column. */
	readonly column: readonly ImageView[];
	readonly now: number;
};

function cellOf({image, tone}: ObjectView, {above, column, now}: Compared): MatrixCell {
	if (!image) return missing;
	const isSame = above?.identity === image.identity;
	const age = image.at === null ? '' : formatAge(image.at, now);
	return {
		text: `${nameOf(image, column)} ${isSame ? '=' : age}`.trimEnd(),
		tone,
		isSame,
		isOlder: column.some(other => isNewer(other, image)),
	};
}

/** The images of all environments, and what is behind. Pure. */
export function createMatrix(environments: readonly EnvironmentView[], now: number): Matrix {
	const columns = columnsOf(environments);
	const table = columns.map(({address}) => {
		const objects = environments.map(view => view.objects.find(object => object.address === address));
		const column = objects.flatMap(object => object?.image ?? []);
		let above: ImageView | undefined;
		return objects.map(object => {
			const cell = object ? cellOf(object, {above, column, now}) : missing;
			above = object?.image ?? above;
			return cell;
		});
	});
	return {
		columns: columns.map(({name}) => name),
		rows: environments.map((environment, row) => {
			const cells = table.map(column => column[row]!);
			return {
				environment,
				cells,
				behind: columns.flatMap(({name}, index) => (cells[index]!.isOlder ? [name] : [])),
			};
		}),
	};
}
