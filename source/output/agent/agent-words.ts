import type {Upcoming} from '../../agent/duty.ts';
import type {AgentAction} from '../../agent/events.ts';
import type {AgentStatus, KnownAgent} from '../../agent/status.ts';
import type {EnvironmentName} from '../../state/state.ts';
import {formatAge, formatDuration} from '../duration.ts';
import {sanitiseLine} from '../sanitise.ts';

/** What is known of the agent of an environment, or of a whole engine. Times in milliseconds since the epoch. */
export type AgentReport = {
	/** Whether agents look after the project. */
	readonly isRegistered: boolean;
	readonly isRunning: boolean;
	/** When the agent started last; null if none has run. */
	readonly since: number | null;
	/** Since when the engine does not answer it; null while it does. */
	readonly lostSince: number | null;
	readonly lastAction: AgentAction | null;
	/** What comes next. */
	readonly next: Next | null;
};

type Next = AgentStatus['next'][number];

/** Whether an agent runs and works: `agent for 2h`. A warning is something that was promised and does not happen. */
export function agentStateText(
	{isRegistered, isRunning, since, lostSince}: AgentReport,
	now: number,
): {readonly text: string; readonly tone: 'quiet' | 'warning'} {
	if (!isRegistered) return {text: isRunning ? 'not registered with the agent' : 'no agent', tone: 'quiet'};
	if (!isRunning || since === null) return {text: 'the agent does not run', tone: 'warning'};
	if (lostSince !== null)
		return {text: `the agent has had no engine for ${formatAge(lostSince, now)}`, tone: 'warning'};
	return {text: `agent for ${formatAge(since, now)}`, tone: 'quiet'};
}

/** `in 3h 2m`, or `now`. */
export const dueText = ({at}: Pick<Upcoming, 'at'>, now: number): string =>
	at <= now ? 'now' : `in ${formatDuration(at - now)}`;

/** What comes next: `backup of db in 3h 2m`, with its environment in front of it if `isPlaced`. */
export function nextText(next: Next, now: number, {isPlaced = false} = {}): string {
	const place = isPlaced && next.project !== null ? `${next.project}/${next.environment} ` : '';
	return `${sanitiseLine(`${place}${next.what ?? ''}`)} ${dueText(next, now)}`;
}

/** What the agent did in its environment: `5m ago service.web: started again`. */
export const lastText = ({at, address, message}: AgentAction, now: number): string =>
	`${formatAge(at, now)} ago ${sanitiseLine(address === null ? message : `${address}: ${message}`)}`;

const isOf =
	(place: EnvironmentName | undefined) =>
	(each: {readonly project: string | null; readonly environment: string | null}): boolean =>
		place === undefined || (each.project === place.project && each.environment === place.environment);

/**
 * What an agent's status means for one place, or for everything that it looks after. Pure.
 * @param agent undefined if none has run on the engine
 */
export function reportOf(agent: KnownAgent | undefined, isRegistered: boolean, place?: EnvironmentName): AgentReport {
	const {isRunning = false, status} = agent ?? {};
	const isAttended = isRegistered && isRunning;
	return {
		isRegistered,
		isRunning,
		since: status?.since ?? null,
		lostSince: status?.lostSince ?? null,
		lastAction: (isRegistered ? status?.actions.findLast(isOf(place)) : undefined) ?? null,
		next: (isAttended ? status?.next.find(isOf(place)) : undefined) ?? null,
	};
}
