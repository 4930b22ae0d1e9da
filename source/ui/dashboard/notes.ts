import {counted} from '../../counted.ts';
import {formatBytes} from '../../output/bytes.ts';
import {formatAge} from '../../output/duration.ts';
import type {EnvironmentView, Tone} from './data.ts';
import {currentEnvironment, currentObject} from './lookups.ts';
import {formatCpu, formatRate, summaryOf} from './rows.ts';
import type {DashboardState} from './state.ts';

type Note = {readonly text: string; readonly tone?: Tone};

/** The notes below the title of a screen: its state in a few words. */
export function notesOf(state: DashboardState, now: number): Note[] {
	const {location, environments, isLoaded, problem} = state;
	if (!isLoaded || problem) return [];
	if (location.screen === 'environments') return [{text: counted(environments.length, 'environment')}];
	const environment = currentEnvironment(state);
	if (!environment) return [];
	const object = currentObject(state);
	if (location.screen === 'object' && object) return objectNotes(state, object, now);
	if (!environment.isDeployed) return [summaryOf(environment)];
	const drift = environment.drift.length + environment.objects.reduce((sum, each) => sum + each.drift.length, 0);
	return [
		summaryOf(environment),
		...routerNotes(environment),
		...(drift === 0 ? [] : [{text: `${counted(drift, 'change')} outside Compartment`, tone: 'warning' as const}]),
	];
}

const routerNotes = ({router}: Pick<EnvironmentView, 'router'>): Note[] =>
	router ? [{text: `router ${router.text}`, ...(router.tone === 'good' ? {} : {tone: router.tone})}] : [];

function objectNotes(
	{figures}: DashboardState,
	{address, state, tone, cause, type, since, failure, isHeld, drift}: NonNullable<ReturnType<typeof currentObject>>,
	now: number,
): Note[] {
	const {requestsPerSecond, cpu, memory} = figures[address] ?? {};
	return [
		{text: cause === null ? state : `${state}: ${cause}`, tone},
		{text: type},
		...(since === null ? [] : [{text: `for ${formatAge(since, now)}`}]),
		...(failure ? [{text: 'latest attempt failed', tone: 'bad' as const}] : []),
		...(isHeld ? [{text: 'candidate held', tone: 'busy' as const}] : []),
		...(drift.length > 0 ? [{text: 'changed outside Compartment', tone: 'warning' as const}] : []),
		...(requestsPerSecond === undefined ? [] : [{text: `${formatRate(requestsPerSecond)} req/s`}]),
		...(cpu === undefined ? [] : [{text: `CPU ${formatCpu(cpu)}`}]),
		...(memory === undefined ? [] : [{text: formatBytes(memory)}]),
	];
}
