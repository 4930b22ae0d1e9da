import {UserError} from '../../errors.ts';
import {command, type Hint, hint} from '../../hint.ts';

/** A file in a store. */
export type StoreFile = {
	/** Relative to the prefix of the store. */
	readonly path: string;
	/** Bytes. */
	readonly size: number;
};

/**
 * A place on another machine where backups are stored. Touches nothing outside its prefix. All functions throw a StoreError
 * that says what the store answered.
 */
export type Store = {
	readonly name: string;
	/** For messages. */
	readonly url: string;
	/** Everything below a folder that was written completely. */
	readonly list: (folder: string) => Promise<readonly StoreFile[]>;
	readonly read: (path: string) => Promise<AsyncIterable<Uint8Array>>;
	/** Reads small files, in any order. */
	readonly readEach: (paths: readonly string[]) => AsyncIterable<{readonly path: string; readonly content: Buffer}>;
	/**
	 * Writes a file, which is there when all of it is there. Holds only a small part of it in memory.
	 * @param most its size in bytes at most
	 */
	readonly write: (path: string, content: AsyncIterable<Uint8Array>, most: number) => Promise<void>;
	/** Removes files; those that are gone are fine. */
	readonly remove: (paths: readonly string[]) => Promise<void>;
	/** Removes what interrupted writes left below a folder. */
	readonly clean: (folder: string) => Promise<void>;
	readonly close: () => void;
};

/** Why a store did not do what it was asked. */
type StoreFailure = 'unavailable' | 'denied' | 'full' | 'missing' | 'refused';

const summaries: Readonly<Record<StoreFailure, string>> = {
	unavailable: 'cannot be reached',
	denied: 'denies access',
	full: 'is full',
	missing: 'lacks what was asked for',
	refused: 'refused the request',
};

/** A store could not be used. The message names the store, and quotes its answer. */
export class StoreError extends UserError {
	readonly failure: StoreFailure;

	constructor(name: string, failure: StoreFailure, details: string, options: {hint?: Hint; cause?: unknown} = {}) {
		super(`Backup store ${name} ${summaries[failure]}: ${details}`, options);
		this.name = 'StoreError';
		this.failure = failure;
	}
}

/** What a store holds is not the backup that was written there. */
export class DamagedBackup extends UserError {
	constructor(store: string, id: string, why: string, cause?: unknown) {
		super(`Backup ${id} in store ${store} is damaged: ${why}.`, {
			hint: hint`Use another backup: ${command('resource backup list', '--store', store)}`,
			cause,
		});
		this.name = 'DamagedBackup';
	}
}

/** Collects a small file. @throws StoreError when it is larger than 4 MB */
export async function collect(name: string, path: string, content: AsyncIterable<Uint8Array>): Promise<Buffer> {
	const chunks: Uint8Array[] = [];
	let size = 0;
	for await (const chunk of content) {
		chunks.push(chunk);
		size += chunk.length;
		if (size > 4 * 1024 * 1024) throw new StoreError(name, 'refused', `${path} is larger than 4 MB`);
	}
	return Buffer.concat(chunks);
}
