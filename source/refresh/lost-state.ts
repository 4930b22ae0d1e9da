import {existsSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {counted} from '../counted.ts';
import type {Observed} from '../engine/engine.ts';
import {UserError} from '../errors.ts';
import {labels} from '../model/labels.ts';
import {genuine} from '../model/own.ts';
import type {State} from '../state/state.ts';
import {readPin} from '../state/trust-key.ts';

type Place = Pick<State, 'project' | 'environment' | 'lineage'>;

const count = (number: number, noun: string): string[] => (number === 0 ? [] : [counted(number, noun)]);

/** What an environment has on the engine by its labels, and that this state did not make. */
export function strangersOf(observed: Observed, {project, environment, lineage}: Place): Observed {
	type Item = {readonly labels: Readonly<Record<string, string>>};
	const isStrange = ({labels: own}: Item) =>
		own[labels.project] === project && own[labels.environment] === environment && own[labels.lineage] !== lineage;
	const {containers, networks, volumes} = genuine(observed);
	return {
		containers: containers.filter(isStrange),
		networks: networks.filter(isStrange),
		volumes: volumes.filter(isStrange),
	};
}

/** Where the state of these objects lies, as far as this machine knows. */
function findFolder({containers, networks, volumes}: Observed): string | undefined {
	const lineages = new Set([...containers, ...networks, ...volumes].map(({labels: own}) => own[labels.lineage] ?? ''));
	for (const lineage of lineages) {
		const directory = readPin(lineage)?.directory;
		if (directory && existsSync(join(directory, 'state.json'))) return dirname(dirname(directory));
	}
	return undefined;
}

/**
 * Says that an environment has objects which the state of this folder did not make, and what helps. Undefined when it has
 * none.
 * @param hasState whether the folder has a state at all
 */
export function lostState(
	strangers: Observed,
	{project, environment}: Place,
	hasState: boolean,
): UserError | undefined {
	const {containers, networks, volumes} = strangers;
	const [first] = [...containers, ...networks, ...volumes];
	if (!first) return undefined;
	const what = [
		...count(containers.length, 'container'),
		...count(networks.length, 'network'),
		...count(volumes.length, 'volume'),
	].join(', ');
	const whose = hasState ? 'belong to another state than the one in this folder' : 'have no state in this folder';
	const folder = findFolder(strangers);
	return new UserError(
		`${what} of project ${project}, environment ${environment}, ${whose} (for instance ${first.name})`,
		{
			hint: folder
				? `Their state is in another folder, work there: cd '${folder.replaceAll("'", "'\\''")}'`
				: [
						'Bring back the folder .compartment that made them, or give this project another name.',
						// Not by label: what somebody ran from one of the images may carry the same.
						...(containers.length > 0
							? [
									`To remove what runs and keep its data: docker rm --force ${containers.map(({name}) => name).join(' ')}`,
								]
							: []),
					].join('\n'),
		},
	);
}
