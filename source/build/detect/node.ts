import {joinPath, placeOf, writeStages} from './dockerfile-lines.ts';
import {readManager} from './node-manager.ts';
import {type NodePackage, readPackage, runsInstallScripts} from './node-package.ts';
import {findSiteFolder} from './node-site.ts';
import {type NodeBuild, serverStage, stagesUntilBuilt} from './node-stages.ts';
import {callsManager, nodeStartRules, packageStart, startsWithoutDevelopment} from './node-start.ts';
import {readNodeVersion} from './node-version.ts';
import {readProcfile} from './procfile.ts';
import type {BuildWishes, Recipe, Stack} from './recipe.ts';
import {filesBelow, type SourceFiles} from './source-files.ts';
import {noStartError} from './start-error.ts';
import {serveFiles} from './static-server.ts';

const hasDependencies = ({dependencies, devDependencies, optionalDependencies}: NodePackage): boolean =>
	[dependencies, devDependencies, optionalDependencies].some(names => Object.keys(names).length > 0);

const lockFiles = ['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb'];

const isWorkspaceRoot = (files: SourceFiles, manifest: NodePackage): boolean =>
	manifest.workspaces !== undefined || files.has('pnpm-workspace.yaml');

/** The package.json files that an install reads, the root's first. */
const manifestPaths = (files: SourceFiles, root: NodePackage): string[] => [
	'package.json',
	...(isWorkspaceRoot(files, root)
		? files.paths.filter(path => path.endsWith('/package.json') && !path.includes('node_modules/'))
		: []),
];

/** Reads everything in a Node source that its image depends on. */
async function readBuild(wishes: BuildWishes): Promise<NodeBuild> {
	const files = filesBelow(wishes.files, wishes.folder);
	const root = (await readPackage(files))!;
	const paths = manifestPaths(files, root);
	const packages = new Map<string, NodePackage>();
	for (const path of paths) packages.set(path, (await readPackage(files, path))!);
	const manager = await readManager(files, root);

	// In a workspace the root's scripts take precedence over the service's own.
	const inside = wishes.folder === '' ? wishes.serviceFolder : '';
	const own = inside === '' ? undefined : packages.get(`${inside}/package.json`);
	const ownBuild = own?.scripts['build'] ? manager.runScript('build', inside) : undefined;
	const build = wishes.command ?? (root.scripts['build'] ? manager.runScript('build') : ownBuild);
	const all = [...packages.values()];
	return {
		wishes,
		files,
		root,
		own: own && {manifest: own, folder: inside},
		manager,
		packages,
		node: await readNodeVersion(files),
		isInstalling: all.some(hasDependencies) || lockFiles.some(path => files.has(path)),
		needsWholeSource: [...packages].some(([path, each]) => runsInstallScripts(each, path === 'package.json')),
		build,
	};
}

async function findStart({files, wishes, root, own, manager}: NodeBuild): Promise<string | undefined> {
	const start = (await readProcfile(files)) ?? packageStart(files, root, manager.name);
	if (start !== undefined || own === undefined) return start;
	const ownStart = packageStart(filesBelow(files, own.folder), own.manifest, manager.name);
	if (ownStart === undefined) return undefined;
	placeOf(joinPath(wishes.folder, own.folder));
	return `cd '${own.folder}' && ${ownStart}`;
}

const versionsOf = ({node, manager}: NodeBuild) => ({
	node,
	...(manager.version !== undefined && {[manager.name]: manager.version}),
});

function siteRecipe(build: NodeBuild, outputFolder: string): Recipe {
	const site = serveFiles({folder: placeOf(outputFolder), from: 'build'});
	return {
		versions: versionsOf(build),
		commands: {
			...(build.isInstalling && {install: build.manager.install}),
			...(build.build !== undefined && {build: build.build}),
			serve: outputFolder,
		},
		dockerfile: writeStages([
			...stagesUntilBuilt({...build, build: build.build ?? 'true'}, {isSite: true}),
			...site.stages,
		]),
		files: site.files,
		notes: [],
	};
}

async function serverRecipe(build: NodeBuild): Promise<Recipe> {
	const {wishes, packages, manager, isInstalling, needsWholeSource} = build;
	const detected = await findStart(build);
	const start = wishes.runCommand ?? detected;
	if (start === undefined) throw noStartError('Node', nodeStartRules);
	const manifests = [...packages.values()];
	const hasDevelopment = manifests.some(({devDependencies}) => Object.keys(devDependencies).length > 0);
	const isTrimmed = hasDevelopment && !needsWholeSource && startsWithoutDevelopment(start, manifests);
	const install = isTrimmed && build.build === undefined ? manager.installProduction : manager.install;
	const needsManager = manager.package !== undefined && (manager.hasLoader || callsManager(start, manager));
	const image = manager.hasLoader && detected !== undefined ? `yarn exec ${detected}` : detected;
	return {
		versions: versionsOf(build),
		commands: {
			...(isInstalling && {install}),
			...(build.build !== undefined && {build: build.build}),
			start,
		},
		dockerfile: writeStages([
			...stagesUntilBuilt(build, {isTrimmed, needsManager}),
			serverStage(build, {isTrimmed, needsManager, start: image}),
		]),
		files: {},
		notes: [],
	};
}

export const nodeStack: Stack = {
	name: 'Node',
	lookedFor: 'package.json',
	detect: files => files.has('package.json'),
	async write(wishes) {
		const build = await readBuild(wishes);
		if (wishes.outputFolder !== undefined) return siteRecipe(build, wishes.outputFolder);
		const isServer = wishes.runCommand !== undefined || (await readProcfile(build.files)) !== undefined;
		const site = isServer ? undefined : await findSite(build);
		return site === undefined ? serverRecipe(build) : siteRecipe(build, site);
	},
};

/** The output folder of a front end, relative to the source, if the root or the service's package is one. */
async function findSite({files, wishes, root, own}: NodeBuild): Promise<string | undefined> {
	const site = await findSiteFolder(files, root);
	if (site !== undefined) return joinPath(wishes.folder, site);
	if (own === undefined || root.scripts['start'] !== undefined || root.main !== undefined) return undefined;
	const ownSite = await findSiteFolder(filesBelow(files, own.folder), own.manifest);
	return ownSite && joinPath(own.folder, ownSite);
}
