import type {AgentAction} from '../../agent/events.ts';
import {counted} from '../../counted.ts';
import {agentStateText, lastText, nextText} from '../../output/agent/agent-words.ts';
import {formatBytes} from '../../output/bytes.ts';
import {formatAge} from '../../output/duration.ts';
import type {EnvironmentView} from './data.ts';
import type {Note} from './header.tsx';
import {currentEnvironment, currentObject, staleSince} from './lookups.ts';
import {formatCpu, formatRate, summaryOf} from './rows.ts';
import type {DashboardState} from './state.ts';

/** The notes below the title of a screen: its state in a few words. */
export function notesOf(state: DashboardState, now: number): Note[] {
	const {location, isLoaded, problem} = state;
	if (!isLoaded || problem) return [];
	if (location.screen === 'environments') return environmentsNotes(state);
	if (location.screen === 'events')
		return [{text: location.isAll ? 'all environments' : `${location.environment}, and what all environments share`}];
	if (location.screen === 'comparison') return [{text: `changes from ${location.environment} to ${location.other}`}];
	const {link} = state;
	const environment = currentEnvironment(state);
	if (!environment) return [];
	const object = currentObject(state);
	if (location.screen === 'object' && object) return objectNotes(state, object, now);
	if (!environment.isDeployed) return [summaryOf(environment), ...pendingNotes(environment)];
	const drift = environment.drift.length + environment.objects.reduce((sum, each) => sum + each.drift.length, 0);
	const isRouterGood = environment.router?.tone === 'good';
	const since = staleSince(environment, link, now);
	return [
		since === undefined ? summaryOf(environment) : staleNote(environment, since, now),
		...pendingNotes(environment),
		...(isRouterGood ? [] : routerNotes(environment)),
		...(drift === 0 ? [] : [{text: `${counted(drift, 'change')} outside Compartment`, tone: 'warning' as const}]),
		...agentNotes(environment, now),
		// Last, because it is the first to be left out on a narrow screen, where the URLs say the same.
		...(isRouterGood ? routerNotes(environment) : []),
	];
}

/** How many environments there are, and which one is marked. */
function environmentsNotes({environments, marked}: DashboardState): Note[] {
	return [
		{text: counted(environments.length, 'environment')},
		...(marked === undefined ? [] : [{text: `${marked} is marked`, tone: 'busy' as const}]),
	];
}

/** What the engine said last, which may not be true any more. */
const staleNote = (environment: EnvironmentView, since: number, now: number): Note => ({
	text: `${summaryOf(environment).text}, as of ${formatAge(since, now)} ago`,
	tone: 'warning',
});

/** What an apply would do. */
const pendingNotes = ({pending = 0}: Pick<EnvironmentView, 'pending'>): Note[] =>
	pending === 0 ? [] : [{text: `~${pending} to apply`, tone: 'busy'}];

const routerNotes = ({router}: Pick<EnvironmentView, 'router'>): Note[] =>
	router ? [{text: `router ${router.text}`, ...(router.tone === 'good' ? {} : {tone: router.tone})}] : [];

/** Whether an agent looks after the environment, what comes next, and what it did last. */
export function agentNotes({agent}: Pick<EnvironmentView, 'agent'>, now: number): Note[] {
	if (!agent) return [];
	const {text, tone} = agentStateText(agent, now);
	const {next, lastAction} = agent;
	return [
		{text, ...(tone === 'warning' ? {tone} : {})},
		...(next ? [{text: `next: ${nextText(next, now)}`}] : []),
		...(lastAction ? [lastNote(lastAction, now)] : []),
	];
}

const lastNote = (action: AgentAction, now: number): Note => ({
	text: `last: ${lastText(action, now)}`,
	isProse: true,
	...(action.outcome === 'failed' ? {tone: 'warning'} : {}),
});

function objectNotes(
	{figures}: DashboardState,
	{
		address,
		state,
		tone,
		cause,
		type,
		since,
		failure,
		crashLoop,
		isHeld,
		drift,
	}: NonNullable<ReturnType<typeof currentObject>>,
	now: number,
): Note[] {
	const {requestsPerSecond, cpu, memory} = figures[address] ?? {};
	return [
		{text: cause === null ? state : `${state}: ${cause}`, tone},
		{text: type},
		...(since === null ? [] : [{text: `for ${formatAge(since, now)}`}]),
		...(crashLoop ? [{text: 'crash loop', tone: 'bad' as const}] : []),
		...(failure ? [{text: 'latest attempt failed', tone: 'bad' as const}] : []),
		...(isHeld ? [{text: 'candidate held', tone: 'busy' as const}] : []),
		...(drift.length > 0 ? [{text: 'changed outside Compartment', tone: 'warning' as const}] : []),
		...(requestsPerSecond === undefined ? [] : [{text: `${formatRate(requestsPerSecond)} req/s`}]),
		...(cpu === undefined ? [] : [{text: `CPU ${formatCpu(cpu)}`}]),
		...(memory === undefined ? [] : [{text: formatBytes(memory)}]),
	];
}
