import {createHash} from 'node:crypto';
import type {ReadonlyEngine} from '../engine/engine.ts';
import {statesFolder} from '../router/layout.ts';
import type {LockRecord} from '../state/lock.ts';
import {journalFile, movedFile, ownerFile, stateFile} from './layout.ts';
import {parseRecord} from './record.ts';

/** What the engine has of an environment. */
export type Stored = {
	readonly state: Buffer | undefined;
	/** Of a running or interrupted command. */
	readonly journal: Buffer | undefined;
	/** Holder of the lock; still there after it was cut off. */
	readonly owner: LockRecord | undefined;
	/** Who moved the state to a folder. */
	readonly moved: LockRecord | undefined;
};

/** Reads it from the router, which need not run. @param name of the environment's folders */
export async function readStored(
	engine: Pick<ReadonlyEngine, 'readFiles'>,
	containerId: string,
	name: string,
): Promise<Stored> {
	// The journal comes before the state: if a command writes meanwhile, the state contains what the journal said.
	const files = await engine.readFiles(containerId, `${statesFolder}/${name}`);
	const record = (file: string) => parseRecord(files?.get(file)?.toString() ?? '');
	return {
		state: files?.get(stateFile),
		journal: files?.get(journalFile),
		owner: record(ownerFile),
		moved: record(movedFile),
	};
}

/** The name of a content in the script's answers. */
export const hashOf = (content: Buffer | string | undefined): string =>
	content === undefined ? 'none' : createHash('sha256').update(content).digest('hex');
