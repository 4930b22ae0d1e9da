import {readdir, readFile, stat} from 'node:fs/promises';
import {join} from 'node:path';

/** Files that give a service away, the most telling one first. */
export const telling = [
	'Dockerfile',
	'package.json',
	'pyproject.toml',
	'requirements.txt',
	'Pipfile',
	'main.py',
	'go.mod',
	'Procfile',
	'index.html',
] as const;

export type EvidenceFile = (typeof telling)[number];

/** What init reads of a package.json. */
export type PackageManifest = {
	readonly name?: string;
	readonly main?: string;
	readonly scripts: Readonly<Record<string, string>>;
	readonly dependencies: Readonly<Record<string, string>>;
	readonly devDependencies: Readonly<Record<string, string>>;
	readonly workspaces: readonly string[];
};

const sizeLimit = 1_000_000;

/** Text of a file; undefined when it is missing, too large or no file. */
export async function readText(file: string): Promise<string | undefined> {
	try {
		const {size} = await stat(file);
		return size > sizeLimit ? undefined : await readFile(file, 'utf8');
	} catch {
		return undefined;
	}
}

const textsOf = (value: unknown): Record<string, string> =>
	Object.fromEntries(
		Object.entries(typeof value === 'object' && value !== null ? value : {}).filter(
			(entry): entry is [string, string] => typeof entry[1] === 'string',
		),
	);

const listOf = (value: unknown): string[] =>
	Array.isArray(value) ? value.filter(each => typeof each === 'string') : [];

/** Reads the package.json of a folder; what is missing or cannot be understood is empty. */
export async function readManifest(folder: string): Promise<PackageManifest> {
	let content: Record<string, unknown> = {};
	try {
		const parsed: unknown = JSON.parse((await readText(join(folder, 'package.json'))) ?? '{}');
		if (typeof parsed === 'object' && parsed !== null) content = {...parsed};
	} catch {
		// It is only looked at to guess; whoever builds will hear that it is broken.
	}
	const {name, main, scripts, dependencies, devDependencies, workspaces} = content;
	const packages = typeof workspaces === 'object' && workspaces !== null && 'packages' in workspaces;
	return {
		...(typeof name === 'string' && {name}),
		...(typeof main === 'string' && {main}),
		scripts: textsOf(scripts),
		dependencies: textsOf(dependencies),
		devDependencies: textsOf(devDependencies),
		workspaces: listOf(packages ? workspaces.packages : workspaces),
	};
}

/** The file that makes a folder look like a service. */
export async function findEvidence(folder: string): Promise<EvidenceFile | undefined> {
	const entries = await readdir(folder, {withFileTypes: true}).catch(() => []);
	return telling.find(file => entries.some(entry => entry.name === file && entry.isFile()));
}

/** The first of these files that is in a folder. */
export async function firstFile(folder: string, names: readonly string[]): Promise<string | undefined> {
	for (const name of names) {
		const found = await stat(join(folder, name)).catch(() => undefined);
		if (found?.isFile()) return name;
	}
	return undefined;
}

/** Names of the folders in a folder, sorted. */
export async function foldersOf(directory: string): Promise<string[]> {
	const entries = await readdir(directory, {withFileTypes: true}).catch(() => []);
	return entries
		.filter(entry => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
		.map(({name}) => name)
		.sort();
}
