import type {EngineEvent} from '../../engine/engine.ts';

/** One try to put an object right. */
type Attempt = {
	readonly address: string;
	readonly at: number;
	/** `unready`: its container was started, and did not become ready. `error`: nothing was started. */
	readonly outcome: 'healed' | 'unready' | 'error';
	/** Whether somebody else had caused it, who is not the program. */
	readonly isFromOutside: boolean;
};

/** The end of a container. */
type End = {readonly containerId: string; readonly at: number; readonly isFromOutside: boolean};

type LedgerObject = {readonly address: string; readonly containerId: string | undefined};

/** What happened to an environment in the last hour. Times are in ms of a clock that is never set. */
export type Ledger = {
	readonly attempts: readonly Attempt[];
	readonly ends: readonly End[];
	/** Container → when somebody last asked the engine to stop or kill it. */
	readonly stops: Readonly<Record<string, number>>;
};

export const emptyLedger: Ledger = {attempts: [], ends: [], stops: {}};

/** How long anything is remembered. */
const keptMs = 60 * 60_000;

/** A container that ends this long after somebody asked for it has ended because of that. */
const stopReachesMs = 60_000;

/** Forgets what is too old to count. */
export function pruned({attempts, ends, stops}: Ledger, now: number): Ledger {
	const isRecent = ({at}: {readonly at: number}) => now - at < keptMs;
	return {
		attempts: attempts.filter(isRecent),
		ends: ends.filter(isRecent),
		stops: Object.fromEntries(Object.entries(stops).filter(([, at]) => now - at < stopReachesMs)),
	};
}

/** Signals that programs usually take as a message, such as to read their configuration again: HUP, USR1, USR2, WINCH. */
const messages: readonly (string | undefined)[] = ['1', '10', '12', '28'];

/** Notes an event of a container: a `kill` comes from outside, also as the first part of a stop; `die` is its end. */
export function withEvent(
	ledger: Ledger,
	event: Pick<EngineEvent, 'action' | 'id' | 'attributes'>,
	now: number,
): Ledger {
	const {action, id, attributes} = event;
	const {ends, stops} = ledger;
	if (action === 'kill')
		return messages.includes(attributes['signal']) ? ledger : {...ledger, stops: {...stops, [id]: now}};
	if (action !== 'die') return ledger;
	const {[id]: stoppedAt, ...others} = stops;
	const isFromOutside = stoppedAt !== undefined && now - stoppedAt < stopReachesMs;
	return {...ledger, ends: [...ends, {containerId: id, at: now, isFromOutside}], stops: others};
}

export const withAttempt = (ledger: Ledger, attempt: Attempt): Ledger => ({
	...ledger,
	attempts: [...ledger.attempts, attempt],
});

/** Forgets an object that has a new container since an apply, or that is given up. */
export const withoutObject = ({attempts, ends, stops}: Ledger, {address, containerId}: LedgerObject): Ledger => ({
	attempts: attempts.filter(attempt => attempt.address !== address),
	ends: ends.filter(end => end.containerId !== containerId),
	stops,
});
