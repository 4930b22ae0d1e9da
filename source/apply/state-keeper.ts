import {setImmediate as nextTurn} from 'node:timers/promises';
import type {State} from '../state/state.ts';
import {writeState} from '../state/store.ts';

/** Holds the current state of a running apply. All changes go through it. */
export type StateKeeper = {
	readonly current: () => State;
	/** Changes the state and writes it; resolves when it is on disk. Changes are applied one after another. */
	readonly update: (change: (state: State) => State) => Promise<State>;
};

type Waiting = {
	readonly change: (state: State) => State;
	readonly resolve: (state: State) => void;
	readonly reject: (error: unknown) => void;
};

/** Applies the changes in turn. One that throws rejects its caller's promise and is skipped. */
function applyAll(
	state: State,
	batch: readonly Waiting[],
): {readonly next: State; readonly applied: readonly Waiting[]} {
	let next = state;
	const applied = batch.filter(({change, reject}) => {
		try {
			next = change(next);
			return true;
		} catch (error) {
			reject(error);
			return false;
		}
	});
	return {next, applied};
}

/** Keeps the state of one environment; `isNew` when none is on disk yet. */
export function keepState(directory: string, initial: State, isNew: boolean): StateKeeper {
	let current = initial;
	let hasFile = !isNew;
	// History keeps the state before a run, not after each of its writes.
	let hasWritten = false;
	const waiting: Waiting[] = [];
	let queue = Promise.resolve();

	const writeWaiting = async (): Promise<void> => {
		// Steps that finish at the same moment share one write, because each costs three fsyncs.
		await nextTurn();
		const {next, applied} = applyAll(current, waiting.splice(0));
		if (applied.length === 0) return;
		try {
			const expected = hasFile ? {lineage: current.lineage, serial: current.serial} : null;
			current = await writeState(directory, next, expected, {keepsPrevious: !hasWritten});
			hasWritten = true;
			hasFile = true;
			for (const {resolve} of applied) resolve(current);
		} catch (error) {
			// Later changes start another write.
			for (const {reject} of applied) reject(error);
		}
	};

	return {
		current: () => current,
		update: change =>
			new Promise((resolve, reject) => {
				waiting.push({change, resolve, reject});
				if (waiting.length === 1) queue = queue.then(writeWaiting);
			}),
	};
}
