import {lstatSync, readdirSync} from 'node:fs';
import {basename, join, sep} from 'node:path';

const megabyte = 1_000_000;

/** Name of the file that goes when the disk is full, `reserve.ts`. */
export const reserveName = 'reserve';

/** What can be done about a file, by the folder it lies in. */
const removable: Readonly<Record<string, string>> = {
	runs: 'a log of an apply, which may go',
	builds: 'a log of a build, which may go',
	backups: 'part of a backup',
	history: 'a former state',
};

/**
 * Names the biggest file of the `.compartment` folder in which a path lies, for whoever has to free some space; undefined
 * when there is none of a megabyte.
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
	const what = `The biggest file of Compartment here is ${join(root, biggest.file)}, ${Math.round(biggest.size / megabyte)} MB`;
	return kind ? `${what}, ${kind}.` : `${what}.`;
}

function sizesBelow(root: string): {file: string; size: number}[] {
	try {
		return readdirSync(root, {recursive: true, encoding: 'utf8'}).flatMap(file => {
			const stats = lstatSync(join(root, file), {throwIfNoEntry: false});
			return stats?.isFile() && basename(file) !== reserveName ? [{file, size: stats.size}] : [];
		});
	} catch {
		// It only helps; what failed is told all the same.
		return [];
	}
}
