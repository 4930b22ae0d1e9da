import type {State} from '../state/state.ts';
import {writeState} from '../state/store.ts';

/** The current state of a running apply, and the only way to change it. */
export type StateKeeper = {
	readonly current: () => State;
	/** Changes the state and writes it; resolves when it is on disk. Changes are written one after another. */
	readonly update: (change: (state: State) => State) => Promise<State>;
};

/** Keeps one environment's state; `isNew` when there is none on disk yet. */
export function keepState(directory: string, initial: State, isNew: boolean): StateKeeper {
	let current = initial;
	let hasFile = !isNew;
	let queue: Promise<unknown> = Promise.resolve();
	const write = async (change: (state: State) => State): Promise<State> => {
		const expected = hasFile ? {lineage: current.lineage, serial: current.serial} : null;
		current = await writeState(directory, change(current), expected);
		hasFile = true;
		return current;
	};
	return {
		current: () => current,
		update(change) {
			const result = queue.then(() => write(change));
			// A failed write is reported to its caller; those behind it try for themselves.
			queue = result.catch(() => undefined);
			return result;
		},
	};
}
