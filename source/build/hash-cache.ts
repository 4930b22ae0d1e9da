import {readFileSync} from 'node:fs';
import {replaceCacheFile} from '../cache-file.ts';
import type {ContextFile} from './context-entry.ts';

/** A cached hash. While the other fields match the file, its content counts as unchanged. */
type CachedHash = {
	readonly path: string;
	readonly size: number;
	readonly mtimeMs: number;
	readonly ctimeMs: number;
	readonly dev: number;
	readonly ino: number;
	readonly hash: string;
};

export type HashCache = ReadonlyMap<string, CachedHash>;

const format = 1;

/** Two changes within this many milliseconds may leave a file with the same timestamps. */
const racyMs = 2000;

type Row = readonly [string, number, number, number, number, number, string];

const isRow = (row: unknown): row is Row =>
	Array.isArray(row) && row.length === 7 && typeof row[0] === 'string' && /^[0-9a-f]{64}$/.test(String(row[6]));

/** Reads the cache of a context root. A missing or damaged file, or one of another root, is an empty cache. */
export function readHashCache(file: string, root: string): HashCache {
	const cache = new Map<string, CachedHash>();
	try {
		const content = JSON.parse(readFileSync(file, 'utf8'));
		if (content?.format !== format || content.root !== root || !Array.isArray(content.rows)) return cache;
		for (const row of content.rows.filter(isRow)) {
			const [path, size, mtimeMs, ctimeMs, dev, ino, hash] = row;
			cache.set(path, {path, size, mtimeMs, ctimeMs, dev, ino, hash});
		}
	} catch {
		// Without a cache everything is hashed again, which only takes time.
	}
	return cache;
}

/** The cached hash of a file, if the file is unchanged. */
export function findHash(cache: HashCache, file: ContextFile): string | undefined {
	const cached = cache.get(file.path);
	const isSame =
		cached?.size === file.size &&
		cached.mtimeMs === file.mtimeMs &&
		cached.ctimeMs === file.ctimeMs &&
		cached.dev === file.identity.dev &&
		cached.ino === file.identity.ino;
	return isSame ? cached.hash : undefined;
}

/** Whether a file was last changed long enough before it was hashed (milliseconds since the epoch) to be cached. */
export const isQuiet = (file: ContextFile, hashedAt: number): boolean =>
	hashedAt - Math.max(file.mtimeMs, file.ctimeMs) > racyMs;

/** Replaces the cache file. A failed write is ignored: the next command hashes everything again. */
export function writeHashCache(
	file: string,
	root: string,
	hashed: readonly (ContextFile & {readonly hash: string})[],
): void {
	const rows = hashed.map(
		({path, size, mtimeMs, ctimeMs, identity, hash}): Row => [
			path,
			size,
			mtimeMs,
			ctimeMs,
			identity.dev,
			identity.ino,
			hash,
		],
	);
	try {
		replaceCacheFile(file, JSON.stringify({format, root, rows}));
	} catch {}
}
