import {setImmediate as nextTurn} from 'node:timers/promises';
import type {State} from '../state/state.ts';
import {writeState} from '../state/store.ts';

/** The current state of a running apply, and the only way to change it. */
export type StateKeeper = {
	readonly current: () => State;
	/** Changes the state and writes it; resolves when it is on disk. Changes are made one after another. */
	readonly update: (change: (state: State) => State) => Promise<State>;
};

type Waiting = {
	readonly change: (state: State) => State;
	readonly resolve: (state: State) => void;
	readonly reject: (error: unknown) => void;
};

/** Applies the changes in turn; one that throws is reported to its caller and left out. */
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

/** Keeps one environment's state; `isNew` when there is none on disk yet. */
export function keepState(directory: string, initial: State, isNew: boolean): StateKeeper {
	let current = initial;
	let hasFile = !isNew;
	// History keeps what a run found, not each of its steps.
	let hasWritten = false;
	const waiting: Waiting[] = [];
	let queue = Promise.resolve();

	const writeWaiting = async (): Promise<void> => {
		// Steps that end at the same moment share one write: each costs three syncs of the disk.
		await nextTurn();
		const {next, applied} = applyAll(current, waiting.splice(0));
		if (applied.length === 0) return;
		try {
			const expected = hasFile ? {lineage: current.lineage, serial: current.serial} : null;
			current = await writeState(directory, next, expected, {keepsFormer: !hasWritten});
			hasWritten = true;
			hasFile = true;
			for (const {resolve} of applied) resolve(current);
		} catch (error) {
			// Those that come later try for themselves.
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
