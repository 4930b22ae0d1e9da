import {UserError} from '../errors.ts';
import {type NodeApp, packageApp, placeOf, plainApp, startsItself} from './node-app.ts';
import {type NodeManager, readManager} from './node-manager.ts';
import {readNodeVersion} from './node-version.ts';
import {findNxApp} from './nx.ts';
import {manifestPath, manifestPaths, type NodePackage, readPackage, runsInstallScripts} from './package-json.ts';
import {readProcfile} from './procfile.ts';
import {filesBelow, type SourceFiles} from './source-files.ts';
import {isWorkspaceRoot} from './workspace.ts';

/** The properties of a Node source that its image depends on. */
export type NodeSource = {
	/** Files of the detected folder. */
	readonly files: SourceFiles;
	readonly root: NodePackage;
	/** The service's package in a workspace, if it is not the root. */
	readonly own: {readonly manifest: NodePackage; readonly folder: string} | undefined;
	readonly manager: NodeManager;
	/** Path → each manifest that an install reads. */
	readonly packages: ReadonlyMap<string, NodePackage>;
	/** Major version. */
	readonly node: string;
	readonly isInstalling: boolean;
	/** Whether the install runs scripts from the source. */
	readonly needsWholeSource: boolean;
	/** Command of the root's build script, else of the service's own. */
	readonly buildScript: string | undefined;
};

const hasDependencies = ({dependencies, devDependencies, optionalDependencies}: NodePackage): boolean =>
	[dependencies, devDependencies, optionalDependencies].some(names => Object.keys(names).length > 0);

const lockFiles = ['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb'];

/** The manifests that an install reads, the root's first. */
const installedManifests = (files: SourceFiles, rootPath: string, root: NodePackage): string[] => [
	rootPath,
	...(isWorkspaceRoot(files, root) ? manifestPaths(files).filter(path => path.includes('/')) : []),
];

/** Reads a manifest that is listed. Only a symbolic link is listed without having a text. */
async function requirePackage(files: SourceFiles, path: string): Promise<NodePackage> {
	const found = await readPackage(files, path);
	if (found === undefined) throw new UserError(`${path} cannot be read: it is a symbolic link.`);
	return found;
}

/**
 * Reads everything in a Node source that its image depends on.
 * @param folder folder of the source with the manifest, empty for its root
 * @param serviceFolder folder of the service in the source
 */
export async function readNodeSource(all: SourceFiles, folder: string, serviceFolder: string): Promise<NodeSource> {
	const files = filesBelow(all, folder);
	const rootPath = manifestPath(files) ?? 'package.json';
	const root = await requirePackage(files, rootPath);
	const packages = new Map<string, NodePackage>();
	for (const path of installedManifests(files, rootPath, root)) packages.set(path, await requirePackage(files, path));
	const manager = await readManager(files, root);

	// In a workspace the root's scripts take precedence over the service's own.
	const inside = folder === '' ? serviceFolder : '';
	const own = inside === '' ? undefined : packages.get(manifestPath(files, inside) ?? '');
	const ownBuild = own?.scripts['build'] ? manager.runScript('build', inside) : undefined;
	return {
		files,
		root,
		own: own && {manifest: own, folder: inside},
		manager,
		packages,
		node: await readNodeVersion(files),
		isInstalling: [...packages.values()].some(hasDependencies) || lockFiles.some(path => files.has(path)),
		needsWholeSource: [...packages].some(([path, each]) => runsInstallScripts(each, path === 'package.json')),
		buildScript: root.scripts['build'] ? manager.runScript('build') : ownBuild,
	};
}

/** What a Node source runs or serves: its Procfile, the scripts of the root, the service's own package, then the root's. */
export async function findNodeApp({files, root, own, manager}: NodeSource): Promise<NodeApp> {
	const procfile = await readProcfile(files);
	if (procfile !== undefined) return {start: procfile, doubts: []};
	const whole = placeOf(files, root, manager, '');
	if (own === undefined) {
		const nx = startsItself(root) ? undefined : await findNxApp(files);
		return nx ?? (await packageApp(whole)) ?? {doubts: []};
	}
	const said = plainApp(whole) ?? (await packageApp(placeOf(files, own.manifest, manager, own.folder)));
	return said ?? (await packageApp(whole)) ?? {doubts: []};
}
