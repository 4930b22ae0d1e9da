import {realpathSync} from 'node:fs';

/**
 * The state of an environment on its engine, while this process holds the lock there. It gets everything before the folder
 * does, so that the folder is never ahead of it.
 */
export type Authority = {
	/**
	 * Appends lines to its journal, and cuts what follows `at` before. Resolves when they are on its disk.
	 * @param at length of the intact lines before them, in bytes
	 */
	readonly append: (at: number, lines: Buffer) => Promise<void>;
	/**
	 * Replaces the state. Resolves when it is on its disk.
	 * @param name of its copy in history; undefined for none
	 */
	readonly put: (text: string | Buffer, name: string | undefined) => Promise<void>;
	/** Moves a journal that is closed to history. */
	readonly archiveJournal: (name: string) => Promise<void>;
	/** Runs a task during which the engine cannot be asked, and keeps the lock for this process meanwhile. */
	readonly aside: <Result>(task: () => Promise<Result>) => Promise<Result>;
};

/** By the real path of the folder: a process holds the lock of a folder once at most. */
const held = new Map<string, Authority>();

/** The authority over a state folder; undefined for a local state, and without the lock. */
export function authorityOf(directory: string): Authority | undefined {
	if (held.size === 0) return undefined;
	try {
		return held.get(realpathSync(directory));
	} catch {
		// The folder of another environment, which is gone.
		return undefined;
	}
}

/** Names the authority over a folder, from when its lock is taken until the returned function is called. */
export function holdAuthority(directory: string, authority: Authority): () => void {
	const path = realpathSync(directory);
	held.set(path, authority);
	return () => {
		if (held.get(path) === authority) held.delete(path);
	};
}

/** Name of a state's copy in the history of the engine. */
export const historyName = ({serial, lineage}: {readonly serial: number; readonly lineage: string}): string =>
	`state.${serial}.${lineage.slice(0, 8)}.json`;

/** Runs a task during which the engine may not be reached by the lock of a folder's state, and keeps that lock. */
export function aside<Result>(directory: string, task: () => Promise<Result>): Promise<Result> {
	const authority = authorityOf(directory);
	return authority ? authority.aside(task) : task();
}
