import {authorityOf} from '../state/authority.ts';
import type {Journal, RecordedChange} from '../state/journal.ts';
import {withSealedKey} from '../state/sealed-key.ts';
import type {State} from '../state/state.ts';
import {patchBetween} from '../state/state-patch.ts';
import {flushState, writeState} from '../state/store.ts';
import {ensureKey, type TrustKey} from '../state/trust-key.ts';
import {type AppliedChange, queueChanges, type StateKeeper} from './state-keeper.ts';

/** Holds the state of a session. Each change is a line of the journal; the state file follows. */
export type JournaledState = StateKeeper & {
	/** Changes the state as `update` does, and records with it that a journaled write succeeded. */
	readonly complete: (op: string, change: (state: State) => State) => Promise<State>;
	/** Has the state file written soon, but does not wait for it: the journal has the changes already. */
	readonly flushSoon: () => void;
};

/** The part of it that only its session uses. */
type SessionState = {
	readonly state: JournaledState;
	/**
	 * Brings the state file up to date.
	 * @throws UserError when it cannot be written; the journal keeps what it lacks
	 */
	readonly flush: () => void;
	/** Stops writing, because the lock is released. */
	readonly stop: () => void;
};

/** How long the state file may be behind the journal, in milliseconds. */
const flushMs = 1000;

/** How many times longer than the last write of the state file the pause before the next one is at least. */
const pauseFactor = 20;

type SessionOptions = {
	readonly directory: string;
	/** The state as read: the file's and the journal's. */
	readonly initial: State;
	/** No state is on disk yet. */
	readonly isNew: boolean;
	readonly journal: Pick<Journal, 'record' | 'done'>;
	/** Whether history gets the state as it was before the session. */
	readonly keepsHistory: boolean;
};

/**
 * Keeps the state of an environment during a session. A change costs what it changes, not what the state holds: it goes to
 * the journal, and the state file is written at most once a second. Only a first state goes to its file at once, because
 * the journal's lines are changes of a file.
 */
export function keepInJournal({directory, initial, isNew, journal, keepsHistory}: SessionOptions): SessionState {
	let current = initial;
	// What the file says; null without one.
	let written: State | null = isNew ? null : initial;
	// History keeps the state before a run, not after each of its writes.
	let keepsPrevious = keepsHistory;
	let timer: NodeJS.Timeout | undefined;
	let isStopped = false;
	let tookMs = 0;
	const isShared = authorityOf(directory) !== undefined;
	let key: TrustKey | undefined;

	const flush = (): void => {
		clearTimeout(timer);
		timer = undefined;
		if (isStopped || written === null || written === current) return;
		const startedAt = performance.now();
		flushState(directory, current, written, {keepsPrevious});
		written = current;
		keepsPrevious = false;
		tookMs = performance.now() - startedAt;
	};
	const flushAfter = (ms: number): void => {
		if (isStopped) return;
		clearTimeout(timer);
		timer = setTimeout(() => {
			try {
				flush();
			} catch {
				// The journal has the changes. The last flush reports what is wrong.
			}
		}, ms);
		timer.unref();
	};

	async function writeFirst(applied: readonly AppliedChange[]): Promise<State> {
		if (isStopped) throw new Error('the session has ended');
		current = await writeState(directory, applied.at(-1)!.state, null);
		written = current;
		keepsPrevious = false;
		for (const {op} of applied) if (op !== undefined) await journal.done(op);
		return current;
	}
	const update = queueChanges(
		() => current,
		async applied => {
			if (written === null) return writeFirst(applied);
			key ??= ensureKey(current, directory);
			const changes: RecordedChange[] = [];
			let state = current;
			for (const {state: next, op} of applied) {
				const sealed = await withSealedKey({...next, key: state.key}, key, process.env, isShared);
				const after = {...sealed, serial: state.serial + 1, updatedAt: new Date().toISOString()};
				changes.push({op, patch: patchBetween(state, after)});
				state = after;
			}
			await journal.record(changes);
			current = state;
			if (!timer) flushAfter(Math.max(flushMs, pauseFactor * tookMs));
			return current;
		},
	);

	return {
		state: {
			current: () => current,
			update: change => update(change),
			complete: (op, change) => update(change, op),
			flushSoon: () => flushAfter(0),
		},
		flush,
		stop() {
			isStopped = true;
			clearTimeout(timer);
		},
	};
}
