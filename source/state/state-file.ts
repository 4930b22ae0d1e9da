import {renameSync, unlinkSync} from 'node:fs';
import {join} from 'node:path';
import {UserError} from '../errors.ts';
import {failpoint} from '../failpoints.ts';
import {command, hint} from '../hint.ts';
import {parseState, serializeState} from './document.ts';
import {archiveState, historyDirectory, newestBackup, newestSerial, pruneStates} from './history.ts';
import {fileError, readPrivateFile, statsOf, syncDirectory, writeTemporary} from './private-file.ts';
import {withReserve} from './reserve.ts';
import type {State} from './state.ts';
import {noteSerial, type TrustKey} from './trust-key.ts';
import {assertTrusted} from './trusted.ts';

/** The state file of an environment's folder. */
export const statePath = (directory: string): string => join(directory, 'state.json');

/** Whether a folder holds a state, or what is left of one. */
export const hasState = (directory: string): boolean =>
	statsOf(statePath(directory)) !== undefined || newestSerial(directory) > 0;

/**
 * What the state file says; undefined only if none was ever written. A damaged file, or a missing one with a history, is
 * never taken for an empty state. The journal may say more: see `readOnDisk`.
 * @throws UserError with the reason, the newest good copy and the way out; ForeignStateError for a state that the user has
 * to accept first
 */
export function readStateFile(directory: string, env: NodeJS.ProcessEnv): State | undefined {
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
			: hint`Restore a copy of the file, or make the state again from what runs: ${command('state rebuild')}`,
	});
}

type Replacement = {
	readonly key: TrustKey;
	/** What the file said, if it is kept in history. */
	readonly previous: State | undefined;
	readonly env: NodeJS.ProcessEnv;
};

/** Replaces the state file, synced to disk. The caller holds the lock and has checked what the file says. */
export function replaceStateFile(directory: string, state: State, {key, previous, env}: Replacement): void {
	try {
		withReserve(directory, () => putNow(directory, serializeState(state, key), previous));
		failpoint('state.after-rename');
		syncDirectory(directory);
		failpoint('state.after-sync');
	} catch (error) {
		throw fileError('write', statePath(directory), error);
	}
	noteSerial(state.lineage, state.serial, env);
	pruneQuietly(directory);
}

/** Either completes, or can be repeated. */
function putNow(directory: string, content: string | Uint8Array, previous: State | undefined): void {
	const path = statePath(directory);
	let temporary: string | undefined;
	try {
		failpoint('state.before-write');
		temporary = writeTemporary(path, content);
		failpoint('state.after-write');
		if (previous) archiveState(directory, path, previous);
		failpoint('state.after-archive');
		if (previous) syncDirectory(historyDirectory(directory));
		failpoint('state.before-rename');
		renameSync(temporary, path);
	} catch (error) {
		if (temporary) unlinkSync(temporary);
		throw error;
	}
}

/** Prunes history after a write, which has succeeded: the next one prunes what is left. */
export function pruneQuietly(directory: string): void {
	try {
		pruneStates(directory);
	} catch {}
}
