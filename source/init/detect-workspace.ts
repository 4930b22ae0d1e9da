import {join} from 'node:path';
import {foldersOf, type PackageManifest, readManifest, readText} from './detect-evidence.ts';

/** A workspace of npm, pnpm, yarn or bun: packages that are installed from one root. */
export type Workspace = {
	/** Command that runs a script of a package. */
	readonly runScript: (script: string, path: string) => string;
	/** Files of the root that an install needs. */
	readonly rootFiles: readonly string[];
	/** Path → manifest of every member. */
	readonly members: ReadonlyMap<string, PackageManifest>;
};

const rootFiles = [
	'package.json',
	'pnpm-workspace.yaml',
	'pnpm-lock.yaml',
	'yarn.lock',
	'.yarnrc.yml',
	'bun.lock',
	'package-lock.json',
	'.npmrc',
];

const runners: Readonly<Record<string, Workspace['runScript']>> = {
	'pnpm-lock.yaml': (script, path) => `pnpm --filter ./${path}... run ${script}`,
	'yarn.lock': (script, path) => `yarn --cwd ${path} run ${script}`,
	'bun.lock': (script, path) => `bun run --cwd ${path} ${script}`,
	'package-lock.json': (script, path) => `npm run ${script} --workspace ${path}`,
};

/** `packages:` of pnpm-workspace.yaml, in either form of a list. */
function pnpmPatterns(text: string): string[] {
	const block = /^packages:[ \t]*(\[[^\]]*\]|(?:\r?\n[ \t]*-[^\r\n]*)+)/m.exec(text)?.[1] ?? '';
	return block
		.replace(/^\[|\]$/g, '')
		.split(block.startsWith('[') ? ',' : /\r?\n/)
		.map(line => line.replace(/^\s*-?\s*["']?|["']?\s*(?:#.*)?$/g, ''))
		.filter(line => line !== '');
}

/** Folders that a pattern such as `apps/*` stands for. Deeper wildcards are taken to be one level. */
async function expand(directory: string, pattern: string): Promise<string[]> {
	const [parent, wildcard, ...rest] = pattern
		.replace(/^\.\//, '')
		.replace(/\/+$/, '')
		.split(/\/?(\*\*?)/);
	if (pattern.startsWith('!') || pattern.startsWith('/') || pattern.split('/').includes('..')) return [];
	if (wildcard === undefined) return [parent!];
	if (rest.join('').replaceAll(/[*/]/g, '') !== '') return [];
	return (await foldersOf(join(directory, parent!))).map(name => (parent === '' ? name : `${parent}/${name}`));
}

/** Reads the workspace of a directory; undefined when it is none. */
export async function readWorkspace(directory: string): Promise<Workspace | undefined> {
	const pnpm = await readText(join(directory, 'pnpm-workspace.yaml'));
	const patterns = pnpm === undefined ? (await readManifest(directory)).workspaces : pnpmPatterns(pnpm);
	if (patterns.length === 0) return undefined;
	const members = new Map<string, PackageManifest>();
	for (const path of (await Promise.all(patterns.map(pattern => expand(directory, pattern)))).flat().sort()) {
		// Includes are literal paths (docs/rules.md, "Build context").
		if (/[*?[]/.test(path) || (await readText(join(directory, path, 'package.json'))) === undefined) continue;
		members.set(path, await readManifest(join(directory, path)));
	}
	const present: string[] = [];
	for (const file of rootFiles) if ((await readText(join(directory, file))) !== undefined) present.push(file);
	const lock = present.find(file => file in runners);
	const fallback = pnpm === undefined ? 'package-lock.json' : 'pnpm-lock.yaml';
	return {rootFiles: present, members, runScript: runners[lock ?? fallback]!};
}

/** What a member is built from beside its own folder: the root's files, and the members that it depends on. */
export function includesOf({members, rootFiles}: Workspace, path: string): string[] {
	const byName = new Map([...members].map(([place, {name}]) => [name, place]));
	const found = new Set<string>([path]);
	for (const place of found) {
		const {dependencies, devDependencies} = members.get(place)!;
		for (const name of [...Object.keys(dependencies), ...Object.keys(devDependencies)]) {
			const dependency = byName.get(name);
			if (dependency !== undefined) found.add(dependency);
		}
	}
	found.delete(path);
	return [...rootFiles, ...[...found].sort()];
}
