import {readdir} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {namePattern} from './schema/text.ts';

const evidence = ['Dockerfile', 'package.json'] as const;

/** A folder that looks like a service. */
export type DetectedService = {
	readonly name: string;
	readonly path: string;
	readonly kind: 'web' | 'api';
	/** The file that gave it away; absent when nothing did. */
	readonly evidence?: (typeof evidence)[number];
};

const parents = ['services', 'apps'];

type Found = {readonly path: string; readonly evidence: NonNullable<DetectedService['evidence']>};

const evidenceIn = async (directory: string): Promise<DetectedService['evidence']> => {
	const entries = await readdir(directory, {withFileTypes: true}).catch(() => []);
	return evidence.find(file => entries.some(entry => entry.name === file && entry.isFile()));
};

const foldersOf = async (directory: string): Promise<string[]> => {
	const entries = await readdir(directory, {withFileTypes: true}).catch(() => []);
	return entries
		.filter(entry => entry.isDirectory())
		.map(({name}) => name)
		.sort();
};

/** A service name made from a folder's: lower case, other characters as dashes. */
const serviceName = (folder: string): string | undefined => {
	const name = folder
		.toLowerCase()
		.replace(/[^a-z0-9_-]+/g, '-')
		.replace(/^[-_]+/, '')
		.slice(0, 63);
	return namePattern.test(name) ? name : undefined;
};

const named = (found: readonly Found[]): {name: string; found: Found}[] => {
	const taken = new Set<string>();
	return found.flatMap(each => {
		const [parent = '', folder = ''] = each.path.split('/');
		const name = [folder, `${parent}-${folder}`].map(serviceName).find(choice => choice && !taken.has(choice));
		if (!name) return [];
		taken.add(name);
		return [{name, found: each}];
	});
};

/**
 * Looks for services: folders of `services/` and `apps/` that hold a Dockerfile or a package.json, else the directory
 * itself. The one named `web`, or else the first, is the public one.
 */
export const detectServices = async (directory: string): Promise<DetectedService[]> => {
	const found: Found[] = [];
	for (const parent of parents)
		for (const folder of await foldersOf(join(directory, parent))) {
			const file = await evidenceIn(join(directory, parent, folder));
			if (file) found.push({path: `${parent}/${folder}`, evidence: file});
		}
	const services = named(found);
	if (services.length > 0) {
		const web = services.find(({name}) => name === 'web') ?? services[0];
		return services.map(service => ({
			name: service.name,
			kind: service === web ? 'web' : 'api',
			...service.found,
		}));
	}
	const file = await evidenceIn(directory);
	return file ? [{name: 'web', path: '.', kind: 'web', evidence: file}] : [];
};

/** A project name made from a directory's, or nothing when no letter is left to start with. */
export const projectNameOf = (directory: string): string | undefined => {
	const slug = basename(directory)
		.normalize('NFKD')
		.toLowerCase()
		.replace(/\p{M}/gu, '')
		.replace(/[^a-z0-9]+/g, '-')
		.replace(/^[^a-z]+/, '')
		.slice(0, 63)
		.replace(/-+$/, '');
	return slug === '' || slug === 'create' ? undefined : slug;
};
