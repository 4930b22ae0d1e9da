import {lstatSync, readdirSync} from 'node:fs';
import {basename, join, sep} from 'node:path';

const megabyte = 1_000_000;

/** Name of the file that is deleted when the disk is full, see `reserve.ts`. */
export const reserveName = 'reserve';

/** What a file is, by its folder. */
const removable: Readonly<Record<string, string>> = {
	runs: 'an apply log, which you can delete',
	builds: 'a build log, which you can delete',
	backups: 'part of a backup',
	history: 'a previous state',
};

/**
 * Names the biggest file in the `.compartment` folder around a path, to help users free space. Undefined if none has a
 * megabyte.
 */
export function describeBiggestFile(path: string): string | undefined {
	const parts = path.split(sep);
	const at = parts.indexOf('.compartment');
	if (at < 0) return undefined;
	const root = parts.slice(0, at + 1).join(sep);
	const [biggest] = sizesBelow(root).sort((a, b) => b.size - a.size);
	if (!biggest || biggest.size < megabyte) return undefined;
	const kind = biggest.file
		.split(sep)
		.map(part => removable[part])
		.find(text => text !== undefined);
	const what = `Compartment's biggest file here is ${join(root, biggest.file)}, ${Math.round(biggest.size / megabyte)} MB`;
	return kind ? `${what}, ${kind}.` : `${what}.`;
}

function sizesBelow(root: string): {file: string; size: number}[] {
	try {
		return readdirSync(root, {recursive: true, encoding: 'utf8'}).flatMap(file => {
			const stats = lstatSync(join(root, file), {throwIfNoEntry: false});
			return stats?.isFile() && basename(file) !== reserveName ? [{file, size: stats.size}] : [];
		});
	} catch {
		// Only a hint: the error itself is reported anyway.
		return [];
	}
}
