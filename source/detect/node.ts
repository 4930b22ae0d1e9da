import {UserError} from '../errors.ts';
import {type NodeManager, readManager} from './node-manager.ts';
import {findSiteFolder} from './node-site.ts';
import {packageStart} from './node-start.ts';
import {readNodeVersion} from './node-version.ts';
import {type NodePackage, readPackage, runsInstallScripts} from './package-json.ts';
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
	/** Path → each package.json that an install reads. */
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

/** The package.json files that an install reads, the root's first. */
const manifestPaths = (files: SourceFiles, root: NodePackage): string[] => [
	'package.json',
	...(isWorkspaceRoot(files, root)
		? files.paths.filter(path => path.endsWith('/package.json') && !path.includes('node_modules/'))
		: []),
];

/** Reads a package.json that is listed. Only a symbolic link is listed without having a text. */
async function requirePackage(files: SourceFiles, path: string): Promise<NodePackage> {
	const found = await readPackage(files, path);
	if (found === undefined) throw new UserError(`${path} cannot be read: it is a symbolic link.`);
	return found;
}

/**
 * Reads everything in a Node source that its image depends on.
 * @param folder folder of the source with the package.json, empty for its root
 * @param serviceFolder folder of the service in the source
 */
export async function readNodeSource(all: SourceFiles, folder: string, serviceFolder: string): Promise<NodeSource> {
	const files = filesBelow(all, folder);
	const root = await requirePackage(files, 'package.json');
	const packages = new Map<string, NodePackage>();
	for (const path of manifestPaths(files, root)) packages.set(path, await requirePackage(files, path));
	const manager = await readManager(files, root);

	// In a workspace the root's scripts take precedence over the service's own.
	const inside = folder === '' ? serviceFolder : '';
	const own = inside === '' ? undefined : packages.get(`${inside}/package.json`);
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

/** Start command of a Node source, run in the detected folder: Procfile, the root package, then the service's own. */
export async function findNodeStart({files, root, own, manager}: NodeSource): Promise<string | undefined> {
	const start = (await readProcfile(files)) ?? packageStart(files, root, manager.name);
	if (start !== undefined || own === undefined) return start;
	const ownStart = packageStart(filesBelow(files, own.folder), own.manifest, manager.name);
	return ownStart && `cd '${own.folder}' && ${ownStart}`;
}

/**
 * The output folder of a front end, relative to the detected folder, if the root or the service's package is one.
 * Undefined for a source with a Procfile.
 */
export async function findNodeSite({files, root, own}: NodeSource): Promise<string | undefined> {
	if ((await readProcfile(files)) !== undefined) return undefined;
	const site = await findSiteFolder(files, root);
	if (site !== undefined || own === undefined) return site;
	if (root.scripts['start'] !== undefined || root.main !== undefined) return undefined;
	const ownSite = await findSiteFolder(filesBelow(files, own.folder), own.manifest);
	return ownSite && `${own.folder}/${ownSite}`;
}
