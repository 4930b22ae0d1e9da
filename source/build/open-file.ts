import {closeSync, constants, fstatSync, openSync, readFileSync, type Stats} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import {UserError} from '../errors.ts';
import {codeOf} from './paths.ts';

// Without O_NONBLOCK, opening a FIFO that has replaced the file would block forever.
const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Identifies a file on disk. */
export type FileIdentity = {readonly dev: number; readonly ino: number; readonly size: number};

/** The error for a file that has changed. `activity` completes "while it was being …". */
export const changedError = (name: string, activity: string): UserError =>
	new UserError(`"${name}" changed while it was being ${activity}.`, {
		hint: `Run the command again when nothing writes to it. If the build does not need it, add /${name} to .dockerignore or .gitignore.`,
	});

type OpenRequest = {
	/** Absolute path. */
	readonly source: string;
	/** Its name for error messages. */
	readonly name: string;
	readonly activity: string;
	/** The expected file. Default: any regular file. */
	readonly identity?: FileIdentity;
};

/** Files up to this size are read at once: each step of an asynchronous read wakes a thread, which takes longer. */
export const smallFileBytes = 64 * 1024;

function openError(error: unknown, {name, activity}: OpenRequest): UserError {
	if (['ENOENT', 'ELOOP', 'ENOTDIR', 'ENXIO'].includes(codeOf(error) ?? '')) return changedError(name, activity);
	return new UserError(`"${name}" cannot be read (${codeOf(error)}).`, {cause: error});
}

function assertExpected(found: Stats, {name, activity, identity}: OpenRequest): void {
	const isExpected =
		!identity || (found.dev === identity.dev && found.ino === identity.ino && found.size === identity.size);
	if (!found.isFile() || !isExpected) throw changedError(name, activity);
}

/**
 * Opens a regular file for reading without following a symlink. Throws a UserError if it cannot be read or is not the
 * expected file. The caller closes it.
 */
export async function openSourceFile(request: OpenRequest): Promise<FileHandle> {
	const handle = await open(request.source, flags).catch(error => {
		throw openError(error, request);
	});
	try {
		assertExpected(await handle.stat(), request);
		return handle;
	} catch (error) {
		await handle.close();
		throw error;
	}
}

/** Reads to the end into one reused buffer: each piece is valid only until the next is requested. */
export async function* readPieces(handle: FileHandle, buffer: Buffer): AsyncGenerator<Buffer> {
	for (;;) {
		const {bytesRead} = await handle.read(buffer, 0, buffer.length, null);
		if (bytesRead === 0) return;
		yield buffer.subarray(0, bytesRead);
	}
}

/**
 * Reads a small file at once, such as a Dockerfile or ignore rules, with the checks of `openSourceFile`. Throws a UserError
 * above `limit` bytes.
 */
export function readSourceFile(request: OpenRequest, limit = 1_000_000): Buffer {
	let descriptor: number;
	try {
		descriptor = openSync(request.source, flags);
	} catch (error) {
		throw openError(error, request);
	}
	try {
		const found = fstatSync(descriptor);
		assertExpected(found, request);
		if (found.size > limit) throw new UserError(`"${request.name}" is larger than ${limit} bytes.`);
		return readFileSync(descriptor);
	} finally {
		closeSync(descriptor);
	}
}
