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

/** The state of an environment that has nothing yet; serial 0 says that it was never written. */
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
 * The environment's state; undefined only where none was ever written. A file that is missing although there is a
 * history, or that is damaged, is a UserError that names the reason, the newest good backup and the commands that help: it
 * is never taken for an empty state. One that is foreign, copied or older than what was seen is refused as well.
 * @param directory `stateDirectory(…)`
 * @throws ForeignStateError for a state that the user has to accept first
 */
export async function readState(directory: string, env: NodeJS.ProcessEnv = process.env): Promise<State | undefined> {
	return readNow(directory, env);
}

/**
 * Writes the state that follows `expected`, and returns it as written: serial + 1 and a new `updatedAt`. The caller
 * holds the environment's lock. A crash at any moment leaves the former state or this one. The former one stays in
 * history, unless `keepsFormer` is false: the writes of one run would push everything older out of it.
 * @param expected the revision the change was made from; null for the first write
 * @throws UserError when another revision is on disk, or when it cannot be written (the former state is untouched then)
 */
export async function writeState(
	directory: string,
	next: State,
	expected: Revision | null,
	{keepsFormer = true, env = process.env}: {readonly keepsFormer?: boolean; readonly env?: NodeJS.ProcessEnv} = {},
): Promise<State> {
	// Only a first write makes a key: any other goes on from a state that has one.
	const known = expected ? readPin(next.lineage, env)?.key : ensureKey(next, directory, env);
	const sealed = known ? await withSealedKey(next, known, env) : next;
	// No await from here to the rename: two writes of one process cannot interleave.
	const current = readNow(directory, env);
	assertRevision(directory, current, expected);
	if (expected && next.lineage !== expected.lineage) throw new Error('A write cannot change the lineage of a state');
	const key = known ?? ensureKey(next, directory, env);
	const written = {...sealed, serial: (expected?.serial ?? 0) + 1};
	return replaceNow(directory, written, {key, current: keepsFormer ? current : undefined, env});
}

/**
 * Puts a state in the place of whatever is there, for `state restore`. Its serial is higher than
 * any that was there before; what it replaces stays in history, damaged or not. The caller holds the lock.
 * @param observed the highest serial that what runs carries
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

/** The current state as an entry of history, when it has this serial and can be trusted. */
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

/** Keeps a copy of the current state in history, so that a lost state file has a way back. */
export function keepCopy(directory: string, state: State): void {
	withReserve(directory, () => archiveState(directory, statePath(directory), state));
	pruneQuietly(directory);
}

function readNow(directory: string, env: NodeJS.ProcessEnv): State | undefined {
	const path = statePath(directory);
	const content = readPrivateFile(path);
	if (!content) {
		if (newestSerial(directory) === 0) return undefined;
		throw unusable(directory, 'is missing, although this environment has a history', env);
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
		? `The newest good backup is ${backup.path} (serial ${backup.serial}, ${backup.state.updatedAt}).`
		: 'There is no good backup in its history.';
	return new UserError(`${statePath(directory)} ${problem}. ${found}`, {
		hint: backup
			? hint`${command('state restore', String(backup.serial))} brings it back.`
			: 'Put a copy of the file back. What runs keeps running, and nothing of it is touched without a state.',
	});
}

function assertRevision(directory: string, current: State | undefined, expected: Revision | null): void {
	if (current?.lineage === expected?.lineage && current?.serial === expected?.serial) return;
	const name = ({lineage, serial}: Revision) => `serial ${serial} of lineage ${lineage.slice(0, 8)}`;
	const found = current ? name(current) : 'no state';
	const wanted = expected ? name(expected) : 'no state';
	throw new UserError(`${statePath(directory)} changed meanwhile: ${wanted} was expected, ${found} is there`, {
		hint: 'Another command wrote it. Run this one again: it starts from what is there now.',
	});
}

type Replacement = {
	readonly key: TrustKey;
	/** What is replaced, when it is to stay in history. */
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

/** Either all of it happens, or it can be done again. */
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

// The write has succeeded; what cannot be tidied up now is tidied up by the next one.
function pruneQuietly(directory: string): void {
	try {
		pruneStates(directory);
	} catch {}
}
