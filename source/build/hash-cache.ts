import {readFile} from 'node:fs/promises';
import {replaceCacheFile} from '../cache-file.ts';
import type {ContextFile} from './context-entry.ts';

/** What is remembered of a hashed file: while all but the hash is the same, the content is taken to be the same. */
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

/** A change this soon after the last one, in milliseconds, can leave a file's times as they were. */
const racyMs = 2000;

type Row = readonly [string, number, number, number, number, number, string];

const isRow = (row: unknown): row is Row =>
	Array.isArray(row) && row.length === 7 && typeof row[0] === 'string' && /^[0-9a-f]{64}$/.test(String(row[6]));

/** Reads the cache of one context root; a missing, foreign or broken file is an empty cache. */
export async function readHashCache(file: string, root: string): Promise<HashCache> {
	const cache = new Map<string, CachedHash>();
	try {
		const content = JSON.parse(await readFile(file, 'utf8'));
		if (content?.format !== format || content.root !== root || !Array.isArray(content.rows)) return cache;
		for (const row of content.rows.filter(isRow)) {
			const [path, size, mtimeMs, ctimeMs, dev, ino, hash] = row;
			cache.set(path, {path, size, mtimeMs, ctimeMs, dev, ino, hash});
		}
	} catch {
		// Without a cache everything is hashed again, which costs time and nothing else.
	}
	return cache;
}

/** The remembered hash of a file that is as it was. */
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

/** Whether a file that was hashed at this time (milliseconds since the epoch) was quiet for long enough to be remembered. */
export const isQuiet = (file: ContextFile, hashedAt: number): boolean =>
	hashedAt - Math.max(file.mtimeMs, file.ctimeMs) > racyMs;

/** Replaces the cache file. A failed write does not fail the command: the next one hashes everything again. */
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
