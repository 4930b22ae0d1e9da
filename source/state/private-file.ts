import {randomBytes} from 'node:crypto';
import {
	chmodSync,
	closeSync,
	constants,
	fchmodSync,
	fstatSync,
	fsyncSync,
	lstatSync,
	mkdirSync,
	openSync,
	readFileSync,
	renameSync,
	type Stats,
	unlinkSync,
	writeSync,
} from 'node:fs';
import {dirname} from 'node:path';
import {messageOf, UserError} from '../errors.ts';
import type {Hint} from '../hint.ts';
import {describeBiggestFile} from './biggest-file.ts';

export const privateFileMode = 0o600;
export const privateDirectoryMode = 0o700;

/** The error code of a failed file operation, `ENOENT`, when it has one. */
export const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code;

const reasons: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
	ENOSPC: ['no space is left on the device', 'Free some space and run the command again.'],
	EDQUOT: ['the disk quota is used up', 'Free some space and run the command again.'],
	EROFS: ['the file system is read-only', 'Remount it as writable, or use a writable project folder.'],
	EACCES: ['permission is denied', 'Run compartment as the user who owns the project.'],
	EPERM: ['the operation is not permitted', 'Run compartment as the user who owns the project.'],
	EIO: ['the device reports an I/O error', 'Check the disk.'],
	ENOTDIR: ['part of the path is not a folder', 'Move that file away.'],
};

/** Whether a write failed because the disk or the quota is full. */
export const isFull = (error: unknown): boolean =>
	['ENOSPC', 'EDQUOT'].includes(codeOf(error instanceof UserError ? error.cause : error) ?? '');

/**
 * The error of a failed file access, for the user. A UserError is returned as it is.
 * @param missing hint for a file that does not exist
 */
export function fileError(verb: string, path: string, error: unknown, missing?: Hint): UserError {
	if (error instanceof UserError) return error;
	const [reason, hint] = reasons[codeOf(error) ?? ''] ?? [messageOf(error), undefined];
	if (codeOf(error) === 'ENOENT')
		return new UserError(`Cannot ${verb} ${path}: there is no such file`, {hint: missing, cause: error});
	const biggest = isFull(error) ? describeBiggestFile(path) : undefined;
	const help = biggest === undefined ? hint : `${hint} ${biggest}`;
	return new UserError(`Cannot ${verb} ${path}: ${reason}`, {hint: help, cause: error});
}

/** Stats of a file, without following links; undefined if it is missing. */
export function statsOf(path: string): Stats | undefined {
	try {
		return lstatSync(path, {throwIfNoEntry: false});
	} catch (error) {
		throw fileError('access', path, error);
	}
}

/** Refuses what another user could have put there or could redirect: links, and files that others own. */
export function assertOwn(path: string, stats: Stats): void {
	if (stats.isSymbolicLink())
		throw new UserError(`${path} is a symbolic link, and Compartment does not follow links`, {
			hint: `Check its target, then remove the link: rm '${path}'`,
		});
	const user = process.getuid?.();
	if (user !== undefined && stats.uid !== user)
		throw new UserError(`${path} belongs to user ${stats.uid}, and you are user ${user}`, {
			hint: `Run compartment as user ${stats.uid}, or take ownership: sudo chown -R ${user} '${path}'`,
		});
}

/** Content of a file; undefined if missing. Refuses links, files of other users and anything but regular files. */
export function readPrivateFile(path: string): Buffer | undefined {
	let descriptor: number;
	try {
		// Without O_NONBLOCK, opening a named pipe would wait for a writer.
		descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
	} catch (error) {
		if (codeOf(error) === 'ENOENT') return undefined;
		const stats = statsOf(path);
		if (stats) assertOwn(path, stats);
		throw fileError('read', path, error);
	}
	try {
		const stats = fstatSync(descriptor);
		assertOwn(path, stats);
		if (!stats.isFile()) throw new UserError(`${path} is not a file`, {hint: 'Move it away.'});
		return readFileSync(descriptor);
	} catch (error) {
		throw fileError('read', path, error);
	} finally {
		closeSync(descriptor);
	}
}

/** Creates a file that only this user can read, whatever the umask. */
export function createPrivateFile(path: string): number {
	const descriptor = openSync(path, 'wx', privateFileMode);
	fchmodSync(descriptor, privateFileMode);
	return descriptor;
}

/** Opens a file for appending, readable by this user only; creates it if it is missing. */
export function openForAppend(path: string): number {
	const flags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0);
	// For a link, the system reports only "too many links".
	const stats = statsOf(path);
	if (stats) assertOwn(path, stats);
	const descriptor = openSync(path, flags, privateFileMode);
	fchmodSync(descriptor, privateFileMode);
	return descriptor;
}

/** Writes every byte, because a single `write` may take only a part. */
export function writeFully(descriptor: number, content: string | Uint8Array): void {
	const bytes = typeof content === 'string' ? Buffer.from(content) : content;
	for (let offset = 0; offset < bytes.length; ) offset += writeSync(descriptor, bytes, offset);
}

/** Makes renames and new names in a folder survive a power loss. */
export function syncDirectory(directory: string): void {
	// Windows cannot open folders, and its renames need no sync.
	if (process.platform === 'win32') return;
	const descriptor = openSync(directory, 'r');
	try {
		fsyncSync(descriptor);
	} finally {
		closeSync(descriptor);
	}
}

const temporaryName = /\.[0-9a-f]{12}\.tmp$/;

/** Whether a name is one of `writeTemporary`, whose files a killed process leaves behind. */
export const isTemporary = (name: string): boolean => temporaryName.test(name);

/** Writes and syncs a temporary file beside `path`, and returns its path. Removes it if that fails. */
export function writeTemporary(path: string, content: string | Uint8Array): string {
	const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
	const descriptor = createPrivateFile(temporary);
	try {
		try {
			writeFully(descriptor, content);
			fsyncSync(descriptor);
		} finally {
			closeSync(descriptor);
		}
	} catch (error) {
		unlinkSync(temporary);
		throw error;
	}
	return temporary;
}

/** Replaces a file atomically: readers, and a crash, see the old content or the new. */
export function replacePrivateFile(path: string, content: string | Uint8Array): void {
	const temporary = writeTemporary(path, content);
	try {
		renameSync(temporary, path);
	} catch (error) {
		unlinkSync(temporary);
		throw error;
	}
	syncDirectory(dirname(path));
}

/** Makes a folder that only this user can enter, whatever the umask. Returns whether it was missing. */
export function makePrivateDirectory(path: string): boolean {
	try {
		mkdirSync(path, {mode: privateDirectoryMode});
	} catch (error) {
		if (codeOf(error) === 'EEXIST') return false;
		throw fileError('make the folder', path, error);
	}
	chmodSync(path, privateDirectoryMode);
	return true;
}
