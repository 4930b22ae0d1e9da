import {randomUUID} from 'node:crypto';
import {renameSync, unlinkSync} from 'node:fs';
import {join} from 'node:path';
import {UserError} from '../errors.ts';
import {failpoint} from '../failpoints.ts';
import {command, hint} from '../hint.ts';
import {parseState, serializeState} from './document.ts';
import {archiveDamaged, archiveState, historyDirectory, newestBackup, newestSerial, pruneStates} from './history.ts';
import {fileError, readPrivateFile, syncDirectory, writeTemporary} from './private-file.ts';
import {type Revision, type State, stateVersion} from './state.ts';

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
 * history, or that cannot be trusted, is a UserError that names the reason, the newest good backup and the commands
 * that help: it is never taken for an empty state.
 * @param directory `stateDirectory(…)`
 */
export async function readState(directory: string): Promise<State | undefined> {
	return readNow(directory);
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
	{keepsFormer = true}: {readonly keepsFormer?: boolean} = {},
): Promise<State> {
	// No await from here to the rename: two writes of one process cannot interleave.
	const current = readNow(directory);
	assertRevision(directory, current, expected);
	if (expected && next.lineage !== expected.lineage) throw new Error('A write cannot change the lineage of a state');
	return replaceNow(directory, {...next, serial: (expected?.serial ?? 0) + 1}, keepsFormer ? current : undefined);
}

/**
 * Puts a state in the place of whatever is there, for `state restore`. Its serial is higher than
 * any that was there before; what it replaces stays in history, damaged or not. The caller holds the lock.
 */
export async function restoreState(directory: string, state: State): Promise<State> {
	const content = readPrivateFile(statePath(directory));
	const parsed = content && parseState(content);
	const current = parsed && 'state' in parsed ? parsed.state : undefined;
	if (content && !current) archiveDamaged(directory, statePath(directory));
	const serial = Math.max(state.serial, current?.serial ?? 0, newestSerial(directory)) + 1;
	return replaceNow(directory, {...state, serial}, current);
}

function readNow(directory: string): State | undefined {
	const path = statePath(directory);
	const content = readPrivateFile(path);
	if (!content) {
		if (newestSerial(directory) === 0) return undefined;
		throw unusable(directory, 'is missing, although this environment has a history');
	}
	const parsed = parseState(content);
	if ('state' in parsed) return parsed.state;
	if (parsed.isNewer)
		throw new UserError(`${path} ${parsed.problem}`, {hint: 'Update Compartment, then run the command again.'});
	throw unusable(directory, parsed.problem);
}

function unusable(directory: string, problem: string): UserError {
	const backup = newestBackup(directory);
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

function replaceNow(directory: string, state: State, current: State | undefined): State {
	const path = statePath(directory);
	const written: State = {...state, updatedAt: new Date().toISOString()};
	let temporary: string | undefined;
	try {
		failpoint('state.before-write');
		temporary = writeTemporary(path, serializeState(written));
		failpoint('state.after-write');
		if (current) archiveState(directory, path, current);
		failpoint('state.after-archive');
		if (current) syncDirectory(historyDirectory(directory));
		failpoint('state.before-rename');
		renameSync(temporary, path);
		temporary = undefined;
		failpoint('state.after-rename');
		syncDirectory(directory);
		failpoint('state.after-sync');
	} catch (error) {
		if (temporary) unlinkSync(temporary);
		throw fileError('write', path, error);
	}
	pruneQuietly(directory);
	return written;
}

// The write has succeeded; what cannot be tidied up now is tidied up by the next one.
function pruneQuietly(directory: string): void {
	try {
		pruneStates(directory);
	} catch {}
}
