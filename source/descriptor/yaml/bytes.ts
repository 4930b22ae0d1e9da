import {closeSync, constants, fstatSync, openSync, readSync} from 'node:fs';

/** Maximum file size in bytes, to protect the parser. */
const maximumBytes = 1024 * 1024;

/** Result of reading a file; `refused` has the reason. */
export type FileBytes =
	| {readonly kind: 'missing'}
	| {readonly kind: 'refused'; readonly message: string}
	| {readonly kind: 'bytes'; readonly bytes: Uint8Array};

const codeOf = (error: unknown): string =>
	error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';

const reasons: Readonly<Record<string, string>> = {
	EACCES: 'permission denied',
	EPERM: 'permission denied',
	ELOOP: 'its symbolic links form a loop',
	EISDIR: 'it is a directory',
};

const megabytes = (bytes: number): string => `${(bytes / maximumBytes).toFixed(1)} MB`;

const fill = (file: number, buffer: Buffer): number => {
	let filled = 0;
	while (filled < buffer.length) {
		const bytesRead = readSync(file, buffer, filled, buffer.length - filled, filled);
		if (bytesRead === 0) break;
		filled += bytesRead;
	}
	return filled;
};

const readOpen = (file: number): FileBytes => {
	const facts = fstatSync(file);
	if (facts.isDirectory()) return {kind: 'refused', message: 'cannot be read: it is a directory'};
	if (!facts.isFile()) return {kind: 'refused', message: 'cannot be read: it is not a regular file'};
	if (facts.size > maximumBytes)
		return {kind: 'refused', message: `must be at most 1 MB (it is ${megabytes(facts.size)})`};
	const buffer = Buffer.alloc(maximumBytes + 1);
	const filled = fill(file, buffer);
	// The file may have grown since.
	if (filled > maximumBytes) return {kind: 'refused', message: 'must be at most 1 MB (it is larger)'};
	return {kind: 'bytes', bytes: buffer.subarray(0, filled)};
};

/**
 * Reads a regular file of at most 1 MB. Checks its size first. Synchronous, because waking a thread takes longer than such a
 * file.
 */
export const readBytes = (path: string): FileBytes => {
	let file: number | undefined;
	try {
		// Without O_NONBLOCK, opening a named pipe would wait for a writer forever.
		file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
		return readOpen(file);
	} catch (error) {
		const code = codeOf(error);
		if (code === 'ENOENT' || code === 'ENOTDIR') return {kind: 'missing'};
		return {kind: 'refused', message: `cannot be read: ${reasons[code] ?? code}`};
	} finally {
		if (file !== undefined) closeSync(file);
	}
};
