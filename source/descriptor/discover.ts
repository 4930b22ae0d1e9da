import {existsSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {descriptorFile} from './names.ts';

/** A directory and its parents, nearest first. */
const upwards = (directory: string): string[] => {
	const chain = [resolve(directory)];
	for (let parent = dirname(chain[0]!); parent !== chain.at(-1); parent = dirname(parent)) chain.push(parent);
	return chain;
};

export type DescriptorLocation = {
	/** Absolute directory of compartment.yml, whether or not the file exists. */
	readonly directory: string;
	/** Number of folders between that directory and the root of its repository; 0 outside a repository. */
	readonly ascent: number;
};

/**
 * Where the descriptor lives (docs/rules.md, "Where the files are found"): the nearest directory that has one, from
 * here up to the root of the git repository; without a repository, or without a file, here.
 */
export const findPlace = (directory: string): DescriptorLocation => {
	const chain = upwards(directory);
	const root = chain.findIndex(folder => existsSync(join(folder, '.git')));
	const candidates = root === -1 ? chain.slice(0, 1) : chain.slice(0, root + 1);
	const found = Math.max(
		0,
		candidates.findIndex(folder => existsSync(join(folder, descriptorFile))),
	);
	return {directory: chain[found]!, ascent: root === -1 ? 0 : root - found};
};
