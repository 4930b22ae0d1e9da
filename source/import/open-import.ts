import {existsSync, realpathSync} from 'node:fs';
import {basename, dirname, join, resolve} from 'node:path';
import {findBoundary, isInside, isPrivateName, relativePath} from '../build/paths.ts';
import {type FileBytes, readBytes} from '../descriptor/yaml/bytes.ts';
import type {ReadFile} from './files.ts';

/** Where an imported file is, and what may be read beside it. */
export type ImportPlace = {
	/** Real path of its folder. */
	readonly folder: string;
	/** Its name there. */
	readonly file: string;
	readonly bytes: FileBytes;
	/** Reads files of the folder or of the repository around it, and no others, also not through a symlink. */
	readonly read: ReadFile;
	/** Folders between it and the root of its repository. */
	readonly ascent: number;
};

const outside = {kind: 'refused', message: 'is outside of this folder and its repository'} as const;

const readerIn =
	(folder: string, boundary: string): ReadFile =>
	path => {
		if (path.includes('\0')) return outside;
		const written = resolve(folder, path);
		if (!isInside(boundary, written)) return outside;
		let real: string;
		try {
			real = realpathSync.native(written);
		} catch {
			// Also for a link to nothing.
			return readBytes(written);
		}
		if (!isInside(boundary, real)) return outside;
		if (relativePath(boundary, real).split('/').some(isPrivateName)) return outside;
		return readBytes(real);
	};

/** Opens a file that the user named. */
export async function openImport(path: string): Promise<ImportPlace> {
	const given = resolve(path);
	const bytes = readBytes(given);
	const folder = bytes.kind === 'missing' ? dirname(given) : realpathSync.native(dirname(given));
	const boundary = bytes.kind === 'missing' ? folder : await findBoundary(folder);
	return {
		folder,
		file: basename(given),
		bytes,
		read: readerIn(folder, boundary),
		ascent: relativePath(boundary, folder).split('/').filter(Boolean).length,
	};
}

/** The path of another file that the user named, relative to the folder of the first one. */
export const besideImport = ({folder}: Pick<ImportPlace, 'folder'>, path: string): string =>
	relativePath(
		folder,
		join(existsSync(dirname(path)) ? realpathSync.native(dirname(path)) : dirname(resolve(path)), basename(path)),
	);

/** The path of a file of that folder as the user would write it here. */
export const shownPath = (folder: string, file: string): string => {
	const relative = relativePath(process.cwd(), join(folder, file));
	return relative.startsWith('..') ? relative : `./${relative}`;
};
