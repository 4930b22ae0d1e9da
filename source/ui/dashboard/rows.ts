import {formatBytes} from '../../output/bytes.ts';
import {formatAge} from '../../output/duration.ts';
import {sparkline} from '../parts/sparkline.ts';
import type {EnvironmentView, Figures, ObjectView, TableColumn, TableRow, Tone} from './data.ts';
import {rankOf, type Sort} from './sort.ts';

/** Formats a share of one core: `0 %`, `12 %`, `150 %`. */
export const formatCpu = (share: number): string => `${Math.round(share * 100)} %`;

/** Formats a rate: `0`, `0.5`, `12`. */
export const formatRate = (value: number): string =>
	value > 0 && value < 10 ? value.toFixed(1).replace(/\.0$/, '') : String(Math.round(value));

const ageOf = (at: number | null, now: number): string => (at === null ? '' : formatAge(at, now));

/** The state of an environment in a few words. */
export function summaryOf({isDeployed, problem, objects}: EnvironmentView): {
	readonly text: string;
	readonly tone: Tone;
} {
	if (problem !== undefined) return {text: problem, tone: 'bad'};
	if (!isDeployed) return {text: 'not deployed', tone: 'quiet'};
	const deployed = objects.filter(({tone}) => tone !== 'quiet');
	const bad = deployed.filter(({tone}) => tone === 'bad');
	const badText = ({name, state, crashLoop}: ObjectView) => `${name} ${crashLoop ? 'in a crash loop' : state}`;
	if (bad.length > 0) return {text: bad.map(badText).join(', '), tone: 'bad'};
	const failed = objects.filter(({failure}) => failure !== undefined);
	if (failed.length > 0)
		return {text: `latest attempt of ${failed.map(({name}) => name).join(', ')} failed`, tone: 'warning'};
	const waiting = objects.filter(({isHeld}) => isHeld);
	if (waiting.length > 0) return {text: `candidate of ${waiting.map(({name}) => name).join(', ')} held`, tone: 'busy'};
	const others = deployed.filter(({tone}) => tone !== 'good');
	if (others.length > 0) return {text: others.map(({name, state}) => `${name} ${state}`).join(', '), tone: 'warning'};
	return {
		text: deployed.length === 0 ? 'nothing running' : 'all healthy',
		tone: deployed.length === 0 ? 'quiet' : 'good',
	};
}

/** Number of reads that a sparkline shows. */
const sparkCells = 10;

export const objectColumns: readonly TableColumn[] = [
	{title: 'NAME', priority: 0, isName: true},
	{title: 'STATE', priority: 0},
	{title: 'NEXT', priority: 2},
	{title: 'RESTARTS', priority: 1},
	{title: 'TYPE', priority: 8},
	{title: 'AGE', priority: 3, align: 'right'},
	{title: 'TRAFFIC', priority: 9, least: sparkCells},
	{title: 'REQ/S', priority: 3, align: 'right', least: 5},
	{title: 'ERRORS', priority: 5, align: 'right', least: 6},
	{title: 'LOAD', priority: 9, least: sparkCells},
	{title: 'CPU', priority: 4, align: 'right', least: 5},
	{title: 'MEMORY', priority: 4, align: 'right', least: 7},
	{title: 'VERSION', priority: 10, isFlexible: true},
	{title: 'URL', priority: 6, isFlexible: true},
];

/** The same columns where no figures are read. */
export const previewColumns: readonly TableColumn[] = objectColumns.map(({least: _, ...column}) => column);

const stateText = ({state, failure, crashLoop, drift, isHeld}: ObjectView): string =>
	[
		state,
		...(crashLoop ? ['crash loop'] : []),
		...(failure ? ['latest failed'] : []),
		...(isHeld ? ['candidate held'] : []),
		...(drift.length > 0 ? ['drift'] : []),
	].join(', ');

type RowOptions = {
	readonly now: number;
	readonly isUnicode: boolean;
	readonly isStale: boolean;
	readonly sort: Sort;
};

/** Whether a row is below the heading of the resources: those that need a look are above all others. */
const isGrouped = (object: ObjectView, sort: Sort): boolean =>
	object.kind === 'resource' && sort === 'worst first' && rankOf(object) === 3;

/** One service or resource as a row of the list. */
export function objectRow(
	object: ObjectView,
	figures: Figures | undefined,
	{now, isUnicode, isStale, sort}: RowOptions,
): TableRow {
	const {requestsPerSecond, errors, cpu, memory, history} = figures ?? {};
	const spark = (values: readonly number[] | undefined, full: number) =>
		values && values.length > 0 ? sparkline(values, {cells: sparkCells, full, isUnicode}) : '';
	const isMarked = object.tone === 'good' && (object.failure !== undefined || object.drift.length > 0);
	return {
		id: object.address,
		group: isGrouped(object, sort) ? 'resources' : '',
		isStale,
		tone: isMarked ? 'warning' : object.tone,
		toneCell: 1,
		cells: [
			object.name,
			stateText(object),
			object.pending,
			object.restarts,
			object.type,
			ageOf(object.since, now),
			spark(history?.requests, 1),
			requestsPerSecond === undefined ? '' : formatRate(requestsPerSecond),
			errors === undefined ? '' : String(errors),
			spark(history?.cpu, 0.1),
			cpu === undefined ? '' : formatCpu(cpu),
			memory === undefined ? '' : formatBytes(memory),
			object.version ?? '',
			object.url === null ? '' : object.asksPassword ? `${object.url} (password)` : object.url,
		],
	};
}
