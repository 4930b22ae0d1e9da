import {randomUUID} from 'node:crypto';
import {UserError} from '../errors.ts';
import {authorityOf, historyName} from './authority.ts';
import {serializeState} from './document.ts';
import {archiveState} from './history.ts';
import {readOnDisk, readToWrite} from './on-disk.ts';
import {withReserve} from './reserve.ts';
import {withSealedKey} from './sealed-key.ts';
import {type Revision, type State, stateVersion} from './state.ts';
import {pruneQuietly, readStateFile, replaceStateFile, statePath} from './state-file.ts';
import {ensureKey, readPin} from './trust-key.ts';

type NewState = {readonly project: string; readonly environment: string; readonly lineage?: string};

/** A new, empty state; its serial 0 means that it was never written. */
export const newState = ({project, environment, lineage = randomUUID()}: NewState): State => ({
	version: stateVersion,
	lineage,
	serial: 0,
	project,
	environment,
	engine: null,
	networks: null,
	access: null,
	variables: [],
	bindings: [],
	recipients: [],
	key: null,
	volumes: {},
	resources: {},
	images: {},
	deployments: {},
	active: {},
	routes: null,
	interruptedReleases: {},
	jobs: [],
	backups: [],
	updatedAt: new Date().toISOString(),
});

/**
 * The environment's state; undefined only if none was ever written. A damaged file, or a missing one with a history, is
 * never taken for an empty state. While a command runs, or after one was interrupted, the journal has the newest changes.
 * @param directory `stateDirectory(…)`
 * @throws UserError with the reason, the newest good copy and the way out, also for an outdated state; ForeignStateError for
 * a state that the user has to accept first
 */
export async function readState(directory: string, env: NodeJS.ProcessEnv = process.env): Promise<State | undefined> {
	return readOnDisk(directory, env)?.state;
}

/**
 * Writes the successor of `expected` and returns it as written, with serial + 1 and a new `updatedAt`. The caller holds the
 * environment's lock. A crash at any moment leaves the previous state or this one. The previous state is kept in history
 * unless `keepsPrevious` is false, because the writes of one run would push older states out.
 * @param expected the revision that was changed; null for the first write
 * @throws UserError when another revision is on disk, or when the write fails, which leaves the previous state untouched
 */
export async function writeState(
	directory: string,
	next: State,
	expected: Revision | null,
	{keepsPrevious = true, env = process.env}: {readonly keepsPrevious?: boolean; readonly env?: NodeJS.ProcessEnv} = {},
): Promise<State> {
	// Only a first write makes a key: any other state already has one.
	const known = expected ? readPin(next.lineage, env)?.key : ensureKey(next, directory, env);
	const authority = authorityOf(directory);
	const sealed = known ? await withSealedKey(next, known, env, authority !== undefined) : next;
	const written = {...sealed, serial: (expected?.serial ?? 0) + 1, updatedAt: new Date().toISOString()};
	if (authority) {
		assertRevision(directory, readToWrite(directory, env), expected);
		const text = serializeState(written, known ?? ensureKey(next, directory, env));
		await authority.put(text, keepsPrevious ? historyName(written) : undefined);
	}
	// No await from here to the rename: two writes of one process cannot interleave.
	const current = readToWrite(directory, env);
	assertRevision(directory, current, expected);
	if (expected && next.lineage !== expected.lineage) throw new Error('A write cannot change the lineage of a state');
	const key = known ?? ensureKey(next, directory, env);
	replaceStateFile(directory, written, {key, previous: keepsPrevious ? current : undefined, env});
	return written;
}

/** Brings the state file up to date with the journal of an interrupted command. The caller holds the lock. */
export function catchUp(directory: string, env: NodeJS.ProcessEnv = process.env): void {
	readToWrite(directory, env);
}

/**
 * Brings the state file up to date with a state that the journal records, as it is. The caller holds the lock and writes
 * the journal.
 * @param written what the file must say: what the caller read or wrote before
 * @throws UserError when the file says something else, or when the write fails, which leaves the file untouched
 */
export function flushState(
	directory: string,
	state: State,
	written: Revision,
	{keepsPrevious, env = process.env}: {readonly keepsPrevious: boolean; readonly env?: NodeJS.ProcessEnv},
): void {
	const current = readStateFile(directory, env);
	assertRevision(directory, current, written);
	const key = ensureKey(state, directory, env);
	replaceStateFile(directory, state, {key, previous: keepsPrevious ? current : undefined, env});
}

/** Copies the current state to history, so that a lost state file can be restored. */
export function keepCopy(directory: string, state: State): void {
	withReserve(directory, () => archiveState(directory, statePath(directory), state));
	pruneQuietly(directory);
}

function assertRevision(directory: string, current: State | undefined, expected: Revision | null): void {
	if (current?.lineage === expected?.lineage && current?.serial === expected?.serial) return;
	const name = ({lineage, serial}: Revision) => `serial ${serial} of lineage ${lineage.slice(0, 8)}`;
	const found = current ? name(current) : 'no state';
	const wanted = expected ? name(expected) : 'no state';
	throw new UserError(`${statePath(directory)} changed in the meantime: expected ${wanted}, found ${found}`, {
		hint: 'Another command wrote it. Run this command again.',
	});
}
