import {formatBytes} from '../../output/bytes.ts';
import {formatAge} from '../../output/duration.ts';
import type {EnvironmentView, Figures, ObjectView, TableColumn, TableRow, Tone} from './data.ts';

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

export const environmentColumns: readonly TableColumn[] = [
	{title: 'ENVIRONMENT', priority: 0},
	{title: 'STATE', priority: 1, isFlexible: true},
	{title: 'SERVICES', priority: 3, align: 'right'},
	{title: 'RESOURCES', priority: 4, align: 'right'},
	{title: 'DRIFT', priority: 5, align: 'right'},
	{title: 'CHANGED', priority: 2, align: 'right'},
];

/** One environment as a row of the list. */
export function environmentRow(view: EnvironmentView, now: number): TableRow {
	const summary = summaryOf(view);
	// Counts only what is deployed: objects that are only declared would seem to exist.
	const deployed = view.objects.filter(({version}) => version !== null);
	const count = (kind: ObjectView['kind']) => String(deployed.filter(object => object.kind === kind).length);
	const drift = view.drift.length + view.objects.reduce((sum, object) => sum + object.drift.length, 0);
	return {
		id: view.name,
		tone: summary.tone,
		toneCell: 1,
		cells: [
			view.name,
			summary.text,
			count('service'),
			count('resource'),
			drift === 0 ? '' : String(drift),
			ageOf(view.updatedAt, now),
		],
	};
}

export const objectColumns: readonly TableColumn[] = [
	{title: 'NAME', priority: 0},
	{title: 'STATE', priority: 1},
	{title: 'RESTARTS', priority: 3},
	{title: 'TYPE', priority: 8},
	{title: 'AGE', priority: 3, align: 'right'},
	{title: 'REQ/S', priority: 4, align: 'right'},
	{title: 'ERRORS', priority: 5, align: 'right'},
	{title: 'CPU', priority: 6, align: 'right'},
	{title: 'MEMORY', priority: 6, align: 'right'},
	{title: 'VERSION', priority: 9, isFlexible: true},
	{title: 'URL', priority: 2, isFlexible: true},
];

const stateText = ({state, failure, crashLoop, drift, isHeld}: ObjectView): string =>
	[
		state,
		...(crashLoop ? ['crash loop'] : []),
		...(failure ? ['latest failed'] : []),
		...(isHeld ? ['candidate held'] : []),
		...(drift.length > 0 ? ['drift'] : []),
	].join(', ');

/** One service or resource as a row of the list. */
export function objectRow(object: ObjectView, figures: Figures | undefined, now: number): TableRow {
	const {requestsPerSecond, errors, cpu, memory} = figures ?? {};
	const isMarked = object.tone === 'good' && (object.failure !== undefined || object.drift.length > 0);
	return {
		id: object.address,
		group: object.kind === 'service' ? '' : 'resources',
		tone: isMarked ? 'warning' : object.tone,
		toneCell: 1,
		cells: [
			object.name,
			stateText(object),
			object.restarts,
			object.type,
			ageOf(object.since, now),
			requestsPerSecond === undefined ? '' : formatRate(requestsPerSecond),
			errors === undefined ? '' : String(errors),
			cpu === undefined ? '' : formatCpu(cpu),
			memory === undefined ? '' : formatBytes(memory),
			object.version ?? '',
			object.url === null ? '' : object.asksPassword ? `${object.url} (password)` : object.url,
		],
	};
}
