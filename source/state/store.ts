import {randomUUID} from 'node:crypto';
import {renameSync, unlinkSync} from 'node:fs';
import {join} from 'node:path';
import {UserError} from '../errors.ts';
import {failpoint} from '../failpoints.ts';
import {command, hint} from '../hint.ts';
import {parseState, serializeState} from './document.ts';
import {
	archiveDamaged,
	archiveState,
	type HistoryEntry,
	historyDirectory,
	newestBackup,
	newestSerial,
	pruneStates,
} from './history.ts';
import {fileError, readPrivateFile, syncDirectory, writeTemporary} from './private-file.ts';
import {withReserve} from './reserve.ts';
import {withSealedKey} from './sealed-key.ts';
import {type Revision, type State, stateVersion} from './state.ts';
import {ensureKey, noteSerial, readPin, seenSerial, type TrustKey} from './trust-key.ts';
import {assertTrusted, whyForeign} from './trusted.ts';

/** The state file of an environment's folder. */
export const statePath = (directory: string): string => join(directory, 'state.json');

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
 * never taken for an empty state.
 * @param directory `stateDirectory(…)`
 * @throws UserError with the reason, the newest good copy and the way out, also for an outdated state; ForeignStateError for
 * a state that the user has to accept first
 */
export async function readState(directory: string, env: NodeJS.ProcessEnv = process.env): Promise<State | undefined> {
	return readNow(directory, env);
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
	const sealed = known ? await withSealedKey(next, known, env) : next;
	// No await from here to the rename: two writes of one process cannot interleave.
	const current = readNow(directory, env);
	assertRevision(directory, current, expected);
	if (expected && next.lineage !== expected.lineage) throw new Error('A write cannot change the lineage of a state');
	const key = known ?? ensureKey(next, directory, env);
	const written = {...sealed, serial: (expected?.serial ?? 0) + 1};
	return replaceNow(directory, written, {key, current: keepsPrevious ? current : undefined, env});
}

/**
 * Replaces the current state, for `state restore`. The new serial is higher than any before. The replaced state is kept in
 * history, damaged or not. The caller holds the lock.
 * @param observed highest serial among the running containers
 */
export async function restoreState(
	directory: string,
	state: State,
	observed = 0,
	env: NodeJS.ProcessEnv = process.env,
): Promise<State> {
	const content = readPrivateFile(statePath(directory));
	const parsed = content && parseState(content);
	const current = parsed && 'state' in parsed ? parsed.state : undefined;
	if (content && !current) archiveDamaged(directory, statePath(directory));
	const known = [state.serial, current?.serial ?? 0, newestSerial(directory), seenSerial(state.lineage, env), observed];
	const key = ensureKey(state, directory, env);
	return replaceNow(directory, {...state, serial: Math.max(...known) + 1}, {key, current, env});
}

/** The current state as an entry of history, if it has this serial. */
export function readCurrent(
	directory: string,
	serial: number,
	env: NodeJS.ProcessEnv = process.env,
): HistoryEntry | undefined {
	const path = statePath(directory);
	const content = readPrivateFile(path);
	const parsed = content && parseState(content);
	if (!parsed || !('state' in parsed) || parsed.state.serial !== serial) return undefined;
	const problem = whyForeign(parsed, directory, env);
	return problem ? {serial, path, problem} : {serial, path, state: parsed.state};
}

/** Copies the current state to history, so that a lost state file can be restored. */
export function keepCopy(directory: string, state: State): void {
	withReserve(directory, () => archiveState(directory, statePath(directory), state));
	pruneQuietly(directory);
}

function readNow(directory: string, env: NodeJS.ProcessEnv): State | undefined {
	const path = statePath(directory);
	const content = readPrivateFile(path);
	if (!content) {
		if (newestSerial(directory) === 0) return undefined;
		throw unusable(directory, 'is missing, but this environment has a history', env);
	}
	const parsed = parseState(content);
	if ('state' in parsed) return assertTrusted(parsed, directory, env);
	if (parsed.isNewer)
		throw new UserError(`${path} ${parsed.problem}`, {hint: 'Update Compartment, then run the command again.'});
	throw unusable(directory, parsed.problem, env);
}

function unusable(directory: string, problem: string, env: NodeJS.ProcessEnv): UserError {
	const backup = newestBackup(directory, env);
	const found = backup
		? `The newest good copy is ${backup.path} (serial ${backup.serial}, ${backup.state.updatedAt}).`
		: 'Its history holds no good copy.';
	return new UserError(`${statePath(directory)} ${problem}. ${found}`, {
		hint: backup
			? hint`Restore it: ${command('state restore', String(backup.serial))}`
			: 'Restore a copy of the file. Running containers are not touched without a state.',
	});
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

type Replacement = {
	readonly key: TrustKey;
	/** The replaced state, if it is kept in history. */
	readonly current: State | undefined;
	readonly env: NodeJS.ProcessEnv;
};

function replaceNow(directory: string, state: State, {key, current, env}: Replacement): State {
	const path = statePath(directory);
	const written: State = {...state, updatedAt: new Date().toISOString()};
	try {
		withReserve(directory, () => putNow(directory, serializeState(written, key), current));
		failpoint('state.after-rename');
		syncDirectory(directory);
		failpoint('state.after-sync');
	} catch (error) {
		throw fileError('write', path, error);
	}
	noteSerial(written.lineage, written.serial, env);
	pruneQuietly(directory);
	return written;
}

/** Either completes, or can be repeated. */
function putNow(directory: string, content: string | Uint8Array, current: State | undefined): void {
	const path = statePath(directory);
	let temporary: string | undefined;
	try {
		failpoint('state.before-write');
		temporary = writeTemporary(path, content);
		failpoint('state.after-write');
		if (current) archiveState(directory, path, current);
		failpoint('state.after-archive');
		if (current) syncDirectory(historyDirectory(directory));
		failpoint('state.before-rename');
		renameSync(temporary, path);
	} catch (error) {
		if (temporary) unlinkSync(temporary);
		throw error;
	}
}

// The write has succeeded; the next one prunes what is left.
function pruneQuietly(directory: string): void {
	try {
		pruneStates(directory);
	} catch {}
}
