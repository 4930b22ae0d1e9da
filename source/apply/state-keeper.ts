import {setImmediate as nextTurn} from 'node:timers/promises';
import type {State} from '../state/state.ts';
import {writeState} from '../state/store.ts';

type Change = (state: State) => State;

/** Holds the current state while it is changed. All changes go through it. */
export type StateKeeper = {
	readonly current: () => State;
	/** Changes the state and writes it; resolves when it is on disk. Changes are applied one after another. */
	readonly update: (change: Change) => Promise<State>;
};

type WaitingChange = {
	readonly change: Change;
	/** The journaled write that the change records. */
	readonly op?: string | undefined;
	readonly resolve: (state: State) => void;
	readonly reject: (error: unknown) => void;
};

/** A change that was applied, with the state after it. */
export type AppliedChange = Pick<WaitingChange, 'op' | 'resolve' | 'reject'> & {readonly state: State};

/** Applies changes in turn. One that throws rejects its caller's promise and is skipped. */
function applyAll(state: State, batch: readonly WaitingChange[]): readonly AppliedChange[] {
	let next = state;
	return batch.flatMap(({change, op, resolve, reject}) => {
		try {
			next = change(next);
			return [{op, resolve, reject, state: next}];
		} catch (error) {
			reject(error);
			return [];
		}
	});
}

/**
 * Collects changes: steps that finish at the same moment share one write.
 * @param write makes the applied changes durable, in order, and returns the state afterwards
 */
export function queueChanges(
	current: () => State,
	write: (applied: readonly AppliedChange[]) => Promise<State>,
): (change: Change, op?: string) => Promise<State> {
	const waiting: WaitingChange[] = [];
	let queue = Promise.resolve();
	const writeWaiting = async (): Promise<void> => {
		await nextTurn();
		const applied = applyAll(current(), waiting.splice(0));
		if (applied.length === 0) return;
		try {
			const state = await write(applied);
			for (const {resolve} of applied) resolve(state);
		} catch (error) {
			// Later changes start another write.
			for (const {reject} of applied) reject(error);
		}
	};
	return (change, op) =>
		new Promise((resolve, reject) => {
			waiting.push({change, op, resolve, reject});
			if (waiting.length === 1) queue = queue.then(writeWaiting);
		});
}

/** Keeps the state of an environment in its file, for work without a journal; `isNew` when none is on disk yet. */
export function keepState(directory: string, initial: State, isNew: boolean): StateKeeper {
	let current = initial;
	let hasFile = !isNew;
	// History keeps the state before the work, not after each of its writes.
	let hasWritten = false;
	const update = queueChanges(
		() => current,
		async applied => {
			const expected = hasFile ? {lineage: current.lineage, serial: current.serial} : null;
			current = await writeState(directory, applied.at(-1)!.state, expected, {keepsPrevious: !hasWritten});
			hasWritten = true;
			hasFile = true;
			return current;
		},
	);
	return {current: () => current, update: change => update(change)};
}
