import type {FileIdentity} from './open-file.ts';

/** A regular file of a context. Only the executable bit of its mode is kept. */
export type ContextFile = {
	readonly type: 'file';
	/** Path in the context, with `/` as separator. */
	readonly path: string;
	/** Absolute path on disk. */
	readonly source: string;
	readonly size: number;
	readonly mode: 0o644 | 0o755;
	readonly identity: FileIdentity;
	/** Milliseconds since the epoch, with fractions. */
	readonly mtimeMs: number;
	readonly ctimeMs: number;
};

export type ContextEntry =
	| ContextFile
	| {readonly type: 'link'; readonly path: string; readonly mode: 0o777; readonly target: string}
	| {readonly type: 'directory'; readonly path: string; readonly mode: 0o755};

/** Makes the entry of a regular file from its stat. */
export function fileEntry(
	name: string,
	source: string,
	stats: {dev: number; ino: number; size: number; mode: number; mtimeMs: number; ctimeMs: number},
): ContextFile {
	const {dev, ino, size, mtimeMs, ctimeMs} = stats;
	const mode = stats.mode & 0o100 ? 0o755 : 0o644;
	return {type: 'file', path: name, source, size, mode, identity: {dev, ino, size}, mtimeMs, ctimeMs};
}
