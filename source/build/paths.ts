import {lstatSync, realpathSync, type Stats, statSync} from 'node:fs';
import path from 'node:path';
import type {Path} from '../descriptor/problem.ts';
import {UserError} from '../errors.ts';

/** The name of a path of compartment.yml in messages. */
export type SourceLabel = 'Service path' | 'build.include path' | 'dockerfile path' | 'context path';

/** A path as the user wrote it, and the real path it resolves to. */
export type SourcePath = {
	readonly label: SourceLabel;
	/** As written. */
	readonly given: string;
	/** Absolute, without symlinks. */
	readonly path: string;
	readonly type: 'file' | 'directory';
};

type SourceRequest = {
	/** Absolute real path of the boundary; see `findBoundary`. */
	readonly boundary: string;
	/** Absolute directory of compartment.yml. */
	readonly directory: string;
	readonly label: SourceLabel;
	readonly path: string;
	readonly expects: 'file' | 'directory' | 'any';
};

/** An invalid source or builder in compartment.yml; `field` is its path inside the service. */
export class SourceError extends UserError {
	readonly field: Path;

	constructor(message: string, field: Path, hint?: string) {
		super(message, {hint});
		this.field = field;
	}
}

/** Folders that are never part of a context: version control, and our own state with its secrets. */
const privateFolders = new Set(['.git', '.hg', '.svn', '.compartment']);

/** The field of a service for each path. */
const fields: Readonly<Record<SourceLabel, Path>> = {
	'Service path': ['path'],
	'build.include path': ['build', 'include'],
	'dockerfile path': ['dockerfile'],
	'context path': ['context'],
};

/** Whether a file or folder with this name is never part of a context. Ignores case, as some file systems do. */
export const isPrivateName = (name: string): boolean => privateFolders.has(name.toLowerCase());

/** Whether `inner` is `outer` or inside it. Both are absolute; symlinks are not resolved. */
export function isInside(outer: string, inner: string): boolean {
	const relative = path.relative(outer, inner);
	return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/** The path relative to a root, with `/` as separator; empty for the root itself. */
export const relativePath = (root: string, inner: string): string =>
	path.relative(root, inner).split(path.sep).join('/');

/** Error codes for a path that does not exist. */
const missingCodes = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG']);

export const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code;

// These reads are synchronous: a service has a handful of them, and each takes less time than waking a thread for it.

/** Stats of a path, without following a link; undefined if it cannot be read. */
export function lookAt(absolute: string): Stats | undefined {
	try {
		return lstatSync(absolute, {throwIfNoEntry: false});
	} catch {
		return undefined;
	}
}

/**
 * Finds the folder that sources must stay within: the root of the git repository or worktree that contains the
 * descriptor, else the descriptor's directory (docs/rules.md, "Source boundary"). Returns a real path.
 */
export async function findBoundary(directory: string): Promise<string> {
	const start = realpathSync.native(directory);
	for (let current = start; ; current = path.dirname(current)) {
		if (lookAt(path.join(current, '.git'))) return current;
		if (path.dirname(current) === current) return start;
	}
}

/**
 * Resolves a path of compartment.yml to its real path. Throws a UserError if it is absolute, missing, of the wrong type,
 * outside the boundary (also through a symlink), or points into version control.
 */
export async function resolveSource(request: SourceRequest): Promise<SourcePath> {
	const {boundary, label, path: given, expects} = request;
	const refuse = (rule: string) => new SourceError(`${label} ${JSON.stringify(given)} ${rule}`, fields[label]);
	if (given.includes('\0')) throw refuse('must not contain a NUL character.');
	if (/^(?:[/\\]|[A-Za-z]:)/.test(given)) throw refuse('must be relative to the directory containing compartment.yml.');

	const written = path.resolve(realpathSync.native(request.directory), given);
	if (!isInside(boundary, written)) throw refuse('must stay within the current repository or worktree.');
	const checkPrivate = (absolute: string) => {
		const name = relativePath(boundary, absolute).split('/').find(isPrivateName);
		if (name?.toLowerCase() === '.compartment') throw refuse('cannot target the state of Compartment.');
		if (name) throw refuse('cannot target VCS metadata.');
	};
	checkPrivate(written);

	let real: string;
	try {
		real = realpathSync.native(written);
	} catch (error) {
		if (missingCodes.has(codeOf(error) ?? '')) throw refuse('does not exist.');
		if (codeOf(error) === 'ELOOP') throw refuse('must not include symlinks.');
		throw refuse(`cannot be read (${codeOf(error)}).`);
	}
	if (!isInside(boundary, real)) throw refuse('must not include symlinks.');
	checkPrivate(real);

	const found = statSync(real);
	if (expects === 'directory' && !found.isDirectory()) throw refuse('must point to a directory.');
	if (expects === 'file' && !found.isFile()) throw refuse('must point to a file.');
	if (!found.isDirectory() && !found.isFile()) throw refuse('must point to a file or a directory.');
	return {label, given, path: real, type: found.isDirectory() ? 'directory' : 'file'};
}
