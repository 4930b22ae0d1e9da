import type {Engine, ObservedContainer} from '../engine/engine.ts';
import {observeEverything, pickOwn} from '../engine/own-engine.ts';
import {findRenamed, type Renamed} from '../engine/renamed.ts';
import {refuseOlder} from '../plan/older.ts';
import {type Begun, beginReading} from '../refresh/begin-reading.ts';
import type {RouterOptions} from '../router/router.ts';
import {readJournal} from '../state/journal.ts';
import type {JournalEntry} from '../state/journal-entry.ts';
import {lastReleased} from '../state/socket-lock.ts';
import type {State} from '../state/state.ts';
import {hasLeftovers} from './recovery/leftover-records.ts';
import {takeLock} from './take-lock.ts';

type EnginePlace = {
	/** The state folder. */
	readonly directory: string;
	readonly engine: Engine;
	readonly router: RouterOptions;
};

/** Reads that began before the lock was taken. */
export type EarlyReads = {
	readonly reads: Begun;
	/** Who held the lock before they began; see `lastReleased`. */
	readonly released: number | undefined;
};

/** Starts reading for a command that is about to lock the environment, so that it does not wait for the engine twice. */
export const readEarly = ({directory, engine, router}: EnginePlace): EarlyReads => ({
	released: lastReleased(directory),
	reads: beginReading(engine, router),
});

export type LockOptions = EnginePlace & {
	/** Name of the command, as shown by the lock: `apply`. */
	readonly operation: string;
	/** How long to wait for another command, in milliseconds; without it a held lock is an error at once. */
	readonly waitMs?: number | undefined;
	/** Tells the user what is done before the lock is held. */
	readonly inform?: ((message: string) => void) | undefined;
	/** Reads the state once the lock is held. */
	readonly readState: () => Promise<{readonly state: State; readonly isNew: boolean}>;
	/** Used unless another command has held the lock since. */
	readonly early?: EarlyReads;
	/** Whether a new environment makes its router, which is to keep its state, only when a session is opened. */
	readonly isSecuredLater?: boolean;
	/** Ends the wait for another command. */
	readonly signal?: AbortSignal;
};

/** An environment that no other command can change. Nothing is written yet. */
export type LockedEnvironment = {
	readonly state: State;
	readonly isNew: boolean;
	/** The journal of the last run, if it is unfinished. */
	readonly unfinished: readonly JournalEntry[];
	/** Containers that somebody has renamed; a session gives their names back. */
	readonly renamed: readonly Renamed[];
	/** Whether the last run left nothing to finish or undo, so that the state and `reads` are what a plan is made from. */
	readonly isSettled: boolean;
	/** Nothing has changed the environment since these began, unless it was not settled. */
	readonly reads: Begun;
	readonly containers: readonly ObservedContainer[];
	/** Called before the first write. */
	readonly secure: () => Promise<void>;
	readonly release: () => Promise<void>;
};

/**
 * Takes the environment's lock and reads what the last run left. The folder must exist.
 * @throws LockedError when another process works on the environment; UserError for a state that is older than what runs
 */
export async function lockEnvironment(options: LockOptions): Promise<LockedEnvironment> {
	const {directory, operation, waitMs, inform, readState, early, engine, router, isSecuredLater, signal} = options;
	const waiting = waitMs && inform ? {onWait: (message: string) => inform(`${message}. Waiting for it.`)} : {};
	const lock = await takeLock(directory, {
		...{engine, router, operation, waitMs, say: inform, isSecuredLater},
		...waiting,
		...(signal && {signal}),
	});
	try {
		const reads = early && lock.isFirstSince(early.released) ? early.reads : beginReading(engine, router);
		const {state, isNew} = await readState();
		// A new state cannot recover the journal of a previous lineage. A bad journal explains an old state, so it comes first.
		const entries = isNew ? [] : await readJournal(directory, state);
		// It alone fails within two seconds when the engine is not there.
		await reads.engine.info();
		const observed = isNew ? undefined : await observeEverything(reads.engine);
		const renamed = observed ? findRenamed(state, observed) : [];
		const {containers} = observed ? await pickOwn(reads.engine, observed, state) : {containers: []};
		// Before recovery: an old state would undo what a newer one did.
		refuseOlder({containers}, state);
		const unfinished = entries.at(-1)?.type === 'close' ? [] : entries;
		const isSettled = unfinished.length === 0 && renamed.length === 0 && !hasLeftovers(state, containers);
		const secure = async () => lock.secure?.();
		return {state, isNew, unfinished, renamed, isSettled, reads, containers, secure, release: lock.release};
	} catch (error) {
		await lock.release();
		throw error;
	}
}
