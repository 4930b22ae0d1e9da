import {join} from 'node:path';
import {installFiles, installFolders} from '../detect/install-files.ts';
import {nodeVersionFiles} from '../detect/node-version.ts';
import {manifestPath, type NodePackage, readPackageOf} from '../detect/package-json.ts';
import {readWorkspacePatterns} from '../detect/workspace.ts';
import {foldersOf, readShallow} from './folder.ts';

/** A workspace of npm, pnpm, yarn or bun: packages that are installed from one root. */
export type Workspace = {
	/** Files and folders of the root that a build of a package needs. */
	readonly rootFiles: readonly string[];
	/** Path → manifest of every member. */
	readonly members: ReadonlyMap<string, NodePackage>;
};

/** Folders that a pattern such as `apps/*` stands for. Deeper wildcards are taken to be one level. */
async function expand(directory: string, pattern: string): Promise<string[]> {
	const [parent, wildcard, ...rest] = pattern
		.replace(/^\.\//, '')
		.replace(/\/+$/, '')
		.split(/\/?(\*\*?)/);
	if (pattern.startsWith('/') || pattern.split('/').includes('..')) return [];
	if (wildcard === undefined) return [parent!];
	if (rest.join('').replaceAll(/[*/]/g, '') !== '') return [];
	return (await foldersOf(join(directory, parent!))).map(name => (parent === '' ? name : `${parent}/${name}`));
}

const expandAll = async (directory: string, patterns: readonly string[]): Promise<string[]> =>
	(await Promise.all(patterns.map(pattern => expand(directory, pattern)))).flat();

/** Reads the workspace of a directory; undefined if it is none. */
export async function readWorkspace(directory: string): Promise<Workspace | undefined> {
	const root = await readShallow(directory);
	// A package.json that cannot be read is named where it is built.
	const manifest = await readPackageOf(root).catch(() => undefined);
	const patterns = manifest ? await readWorkspacePatterns(root, manifest) : [];
	const excluded = new Set(
		await expandAll(
			directory,
			patterns.flatMap(pattern => (pattern.startsWith('!') ? pattern.slice(1) : [])),
		),
	);
	const members = new Map<string, NodePackage>();
	for (const path of (
		await expandAll(
			directory,
			patterns.filter(pattern => !pattern.startsWith('!')),
		)
	).sort()) {
		// Includes are literal paths (docs/rules.md, "Build context").
		if (/[*?[]/.test(path) || excluded.has(path) || path === '.') continue;
		const member = await readPackageOf(await readShallow(join(directory, path))).catch(() => undefined);
		if (member) members.set(path, member);
	}
	const manifestName = manifestPath(root);
	const names = [...(manifestName ? [manifestName] : []), ...[...installFiles, ...nodeVersionFiles].filter(root.has)];
	const folders: string[] = [];
	for (const folder of installFolders)
		if ((await readShallow(join(directory, folder))).paths.length > 0) folders.push(folder);
	return members.size === 0 ? undefined : {rootFiles: [...names, ...folders], members};
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
