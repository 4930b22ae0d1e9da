import type {ContainerFacts, Health, HealthFacts, LastExit} from './health-facts.ts';
import {clockTime, exitWords, timesWords} from './health-words.ts';
import {leastUptimeMs} from './uptime.ts';

/** A container that has run this long has recovered from its crash. */
const settledMs = 60_000;

function lastExitOf(container: ContainerFacts): LastExit | null {
	const {state, exitCode, isOutOfMemory, finishedAt = null, previousRun} = container;
	if (finishedAt === null) return null;
	if (state !== 'running' && state !== 'paused') return {code: exitCode, isOutOfMemory, at: finishedAt};
	// The engine forgets the exit code when it restarts a container.
	return {
		code: previousRun?.exitCode ?? null,
		isOutOfMemory: isOutOfMemory || previousRun?.isOutOfMemory === true,
		at: finishedAt,
	};
}

/**
 * Whether the previous run was short; during a restart, that is the run that just ended. Engines keep some 256 events, and
 * a forgotten run counts as short, so that a crash loop never looks better than it is.
 */
function wasShort({state, startedAt = 0, finishedAt = 0, previousRun}: ContainerFacts): boolean {
	return (state === 'restarting' ? finishedAt - startedAt : (previousRun?.ranMs ?? 0)) < settledMs;
}

/** Whether it restarted in the last minute, too recently for its uptime to mean anything. */
const isFresh = ({state, startedAt}: ContainerFacts, now: number): boolean =>
	state === 'restarting' || startedAt === undefined || now - startedAt < settledMs;

function restartHealth(container: ContainerFacts, exit: LastExit | null, now: number) {
	const {restartCount, previousRun} = container;
	if (restartCount === 0 || !isFresh(container, now)) return;
	const words = exitWords(exit);
	if (restartCount >= 2 && wasShort(container)) {
		const inMinute = previousRun?.endsInMinute ?? 0;
		const count = inMinute >= 2 ? `${timesWords(inMinute)} in 60 s` : timesWords(restartCount);
		return {state: 'crashing', cause: `restarted ${count}${words}`} as const;
	}
	const cause =
		container.state === 'restarting' ? `is being restarted${words}` : `restarted less than a minute ago${words}`;
	return {state: 'degraded', cause} as const;
}

function probeHealth({probe, container, wasReady, readyWithinMs, now}: HealthFacts) {
	if (!probe || probe.failures === 0) return;
	const {type, question, failures, answer, failsForMs} = probe;
	if (type === 'port') return {state: 'not listening', cause: `does not listen on ${question}: ${answer}`} as const;
	const startedAt = container?.startedAt ?? now;
	// Having been ready counts for the first run only: a restarted container gets its readiness timeout again.
	const isFirstRun = container?.finishedAt === undefined;
	if (!(wasReady && isFirstRun) && now - startedAt < readyWithinMs)
		return {state: 'starting', cause: `is not ready yet: ${question}: ${answer}`} as const;
	if (failures < 3) return {state: 'degraded', cause: `did not answer ${question}: ${answer}`} as const;
	const time = failsForMs === null ? '' : ` since ${clockTime(now - failsForMs, now)}`;
	return {state: 'hung', cause: `does not answer ${question}${time}: ${answer}`} as const;
}

/** Why a container that should run does not; undefined if the engine keeps it up. */
function standstill({state, status}: ContainerFacts): string | undefined {
	if (state === 'running' || state === 'restarting') return;
	return state === 'paused'
		? 'container was paused outside Compartment'
		: `container was stopped outside Compartment (${status})`;
}

function judge(facts: HealthFacts, lastExit: LastExit | null): Pick<Health, 'state' | 'cause'> {
	const {type, container, isStopped, isHalfRestored, crashLoop, now} = facts;
	if (type === 'none') return {state: 'none', cause: null};
	if (type === 'job') return {state: 'idle', cause: null};
	if (isHalfRestored) return {state: 'restore-incomplete', cause: 'its restore has not finished'};
	if (isStopped) return {state: 'stopped', cause: null};
	if (!container) return {state: 'missing', cause: 'container was removed outside Compartment'};
	const halted = standstill(container);
	if (halted !== undefined)
		return crashLoop === undefined
			? {state: 'failed', cause: halted}
			: {state: 'crashing', cause: `crash loop: ${crashLoop}${exitWords(lastExit)}`};
	const restarted = restartHealth(container, lastExit, now);
	if (restarted?.state === 'crashing') return restarted;
	const probed = probeHealth(facts);
	if (probed?.state === 'hung') return probed;
	return restarted ?? probed ?? {state: 'healthy', cause: null};
}

/** Health of a service or resource (docs/rules.md, "One health"). Pure. */
export function healthOf(facts: HealthFacts): Health {
	const {container} = facts;
	const lastExit = container ? lastExitOf(container) : null;
	return {...judge(facts, lastExit), restarts: container?.restartCount ?? 0, lastExit};
}

/**
 * The facts of a container that has been up so long that neither its restarts nor its readiness timeout count any more, from
 * the engine's list alone. They give the same state and cause as an inspection, but neither restarts nor last exit.
 * Undefined when it has to be inspected.
 */
export function settledFacts(
	{state, status}: Pick<ContainerFacts, 'state' | 'status'>,
	readyWithinMs: number,
): ContainerFacts | undefined {
	const uptimeMs = state === 'running' ? leastUptimeMs(status) : undefined;
	// Twice the time, because the engine's clock is known only roughly.
	if (uptimeMs === undefined || uptimeMs < 2 * Math.max(settledMs, readyWithinMs)) return undefined;
	return {state, status, startedAt: 0, finishedAt: undefined, exitCode: 0, isOutOfMemory: false, restartCount: 0};
}

/** Whether only a new container can fix it: the engine keeps it up, but it does not work. */
export const needsReplacement = ({state}: Pick<Health, 'state'>): boolean => state === 'crashing' || state === 'hung';
