import {createHash} from 'node:crypto';
import type {Context} from './context.ts';
import type {ContextEntry, ContextFile} from './context-entry.ts';
import {findHash, isQuiet, readHashCache, writeHashCache} from './hash-cache.ts';
import {changedError, openSourceFile, readPieces, readSourceFile, smallFileBytes} from './open-file.ts';

export type HashedFile = ContextFile & {
	/** sha256 of the content, hex. */
	readonly hash: string;
};

export type HashedEntry = HashedFile | Exclude<ContextEntry, ContextFile>;

/** A context with the hash of every file and one hash over all of them. */
export type HashedContext = Omit<Context, 'entries'> & {
	readonly entries: readonly HashedEntry[];
	/** sha256 (hex) over paths, executable bits, link targets and contents; no times, no owners. */
	readonly hash: string;
	/** Number of files read; the others came from the cache. */
	readonly filesRead: number;
	readonly bytesRead: number;
};

type HashOptions = {
	/** File that caches hashes between runs. */
	readonly cacheFile?: string;
	/** Milliseconds since the epoch. */
	readonly now?: () => number;
};

/** Files read at the same time, each with its own buffer. */
const parallelReads = 8;
const bufferBytes = 256 * 1024;

/** As long as no more files than this changed, small ones are read at once. A disk may take long over many. */
const fewFiles = 64;

const activity = 'read';

function hashSmall({source, path, identity, size}: ContextFile): string {
	const content = readSourceFile({source, name: path, activity, identity});
	if (content.length !== size) throw changedError(path, activity);
	return createHash('sha256').update(content).digest('hex');
}

async function hashFile(file: ContextFile, buffer: Buffer): Promise<string> {
	const handle = await openSourceFile({source: file.source, name: file.path, activity, identity: file.identity});
	try {
		const hash = createHash('sha256');
		let bytes = 0;
		for await (const piece of readPieces(handle, buffer)) {
			hash.update(piece);
			bytes += piece.length;
		}
		if (bytes !== file.size) throw changedError(file.path, activity);
		return hash.digest('hex');
	} finally {
		await handle.close();
	}
}

/** An entry's part of the root hash. NUL separates the fields, because no path and no link target can contain it. */
function fingerprint(entry: HashedEntry): string {
	switch (entry.type) {
		case 'file':
			return `${entry.mode === 0o755 ? 'x' : 'f'}\0${entry.path}\0${entry.hash}\0`;
		case 'link':
			return `l\0${entry.path}\0${entry.target}\0`;
		case 'directory':
			return `d\0${entry.path}\0\0`;
	}
}

/**
 * Hashes a context in constant memory, several files at a time. With a cache file, reads only files that changed since
 * the last run. Throws a UserError if a file changes while it is read.
 */
export async function hashContext(
	context: Context,
	{cacheFile, now = Date.now}: HashOptions = {},
): Promise<HashedContext> {
	const cache = cacheFile ? readHashCache(cacheFile, context.root) : new Map();
	const files = context.entries.filter(entry => entry.type === 'file');
	const hashes = new Map<string, string>();
	const changed: ContextFile[] = [];
	for (const file of files) {
		const known = findHash(cache, file);
		if (known) hashes.set(file.path, known);
		else changed.push(file);
	}

	const hashedAt = now();
	const isAtOnce = (file: ContextFile) => changed.length <= fewFiles && file.size <= smallFileBytes;
	for (const file of changed) if (isAtOnce(file)) hashes.set(file.path, hashSmall(file));
	const larger = changed.filter(file => !isAtOnce(file));
	const queue = larger.values();
	const work = async () => {
		const buffer = Buffer.allocUnsafe(bufferBytes);
		for (const file of queue) hashes.set(file.path, await hashFile(file, buffer));
	};
	const works = Array.from({length: Math.min(parallelReads, larger.length)}, work);
	try {
		await Promise.all(works);
	} finally {
		// After a failure, drain the queue so that the other readers stop.
		for (const _ of queue);
	}

	const entries = context.entries.map(
		(entry): HashedEntry => (entry.type === 'file' ? {...entry, hash: hashes.get(entry.path)!} : entry),
	);
	if (cacheFile && (changed.length > 0 || cache.size !== files.length)) {
		const quiet = entries.filter(entry => entry.type === 'file').filter(file => isQuiet(file, hashedAt));
		writeHashCache(cacheFile, context.root, quiet);
	}
	const root = createHash('sha256');
	for (const entry of entries) root.update(fingerprint(entry));
	return {
		...context,
		entries,
		hash: root.digest('hex'),
		filesRead: changed.length,
		bytesRead: changed.reduce((sum, file) => sum + file.size, 0),
	};
}
