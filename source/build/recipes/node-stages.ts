import {isInstallFile} from '../../detect/install-files.ts';
import type {NodeSource} from '../../detect/node.ts';
import {joinPath} from '../../detect/source-files.ts';
import {
	appFolder,
	buildVariables,
	copy,
	copyFiles,
	copySource,
	environment,
	installPackages,
	placeOf,
	run,
	startWith,
} from './dockerfile-lines.ts';
import type {BuildWishes} from './recipe.ts';

/** The inputs of a Node image's stages. */
export type NodeBuild = NodeSource & {
	readonly wishes: BuildWishes;
	/** The descriptor's command, else the build script's. */
	readonly build: string | undefined;
};

type StageOptions = {
	/** Whether development dependencies are left out of the image. */
	readonly isTrimmed?: boolean;
	/** Whether the service itself calls the package manager. */
	readonly needsManager?: boolean;
	/** Whether the result is a static site. */
	readonly isSite?: boolean;
};

/** Folder of a build's result without the installed node_modules. */
const output = '/output';

const imageOf = ({node}: NodeBuild): string => `node:${node}-slim`;
const hasBase = ({manager, isInstalling, build}: NodeBuild, {needsManager}: StageOptions): boolean =>
	manager.package !== undefined && (isInstalling || build !== undefined || needsManager === true);
const baseOf = (build: NodeBuild, options: StageOptions): string => (hasBase(build, options) ? 'base' : imageOf(build));

function baseStage(build: NodeBuild): string[] {
	const {manager} = build;
	const request = manager.version === undefined ? manager.package! : `${manager.package}@${manager.version}`;
	const shown = /^[\w@./-]+$/.test(request) ? request : `'${request}'`;
	// Node's images include yarn, which conflicts with another version.
	const force = manager.name === 'yarn' ? ' --force' : '';
	return [`FROM ${imageOf(build)} AS base`, run(`npm install --global${force} ${shown}`, [{target: '/root/.npm'}])];
}

function installStage(build: NodeBuild, name: string, command: string): string[] {
	const {wishes, files, manager, packages, root, needsWholeSource} = build;
	const prefixed = (paths: readonly string[]) => paths.map(path => joinPath(wishes.folder, path));
	const manifests = [...packages.keys(), ...files.paths.filter(path => isInstallFile(path))];
	// Git hooks installed by `prepare` are useless in an image, and need more than the manifests.
	const isPreparing = !needsWholeSource && root.scripts['prepare'] !== undefined;
	const install = isPreparing ? `npm pkg delete scripts.prepare && ${command}` : command;
	return [
		`FROM ${baseOf(build, {})} AS ${name}`,
		...installPackages(wishes.packages.build),
		`WORKDIR ${placeOf(wishes.folder)}`,
		...environment({CI: 'true', ...manager.environment}, wishes.env),
		...(needsWholeSource ? [...buildVariables(wishes.env), copySource()] : copyFiles(prefixed(manifests))),
		run(install, manager.cache ? [manager.cache] : []),
	];
}

function plainStage(build: NodeBuild): string[] {
	const {wishes} = build;
	return [
		`FROM ${baseOf(build, {})} AS install`,
		...installPackages(wishes.packages.build),
		`WORKDIR ${placeOf(wishes.folder)}`,
		...environment({CI: 'true'}, wishes.env),
	];
}

function buildStage({wishes, packages, isInstalling, needsWholeSource, build}: NodeBuild, isSite: boolean): string[] {
	// The build's output may contain node_modules folders too; only those of the install are left out.
	const modules = [...packages.keys()].map(path =>
		joinPath(wishes.folder, path.replace(/package\.(?:json5?|yaml)$/, 'node_modules')),
	);
	const excludes = isInstalling ? modules.map(path => ` --exclude='./${path}'`).join('') : '';
	const hasSource = isInstalling && needsWholeSource;
	const separate = run(
		`mkdir ${output} && tar --create --anchored${excludes} --directory=${appFolder} . | tar --extract --directory=${output}`,
	);
	return [
		'FROM install AS build',
		...environment({NODE_ENV: 'production'}, wishes.env),
		...(hasSource ? [] : [...buildVariables(wishes.env), copySource()]),
		run(build!),
		...(isSite ? [] : [separate]),
	];
}

/** The install and build stages. The last one is `build` if there is something to build. */
export function stagesUntilBuilt(build: NodeBuild, options: StageOptions = {}): string[][] {
	const {manager, isInstalling} = build;
	const isBuilding = build.build !== undefined;
	const isTwice = isInstalling && isBuilding && options.isTrimmed === true;
	const isOnlyProduction = options.isTrimmed === true && !isBuilding;
	const stages: string[][] = [];
	if (hasBase(build, options)) stages.push(baseStage(build));
	if (isInstalling) {
		stages.push(installStage(build, 'install', isOnlyProduction ? manager.installProduction : manager.install));
	} else if (isBuilding) stages.push(plainStage(build));
	if (isTwice) stages.push(installStage(build, 'dependencies', manager.installProduction));
	if (isBuilding) stages.push(buildStage(build, options.isSite === true));
	return stages;
}

/** The final stage of a service that runs a process. */
export function serverStage(build: NodeBuild, {start, ...options}: StageOptions & {readonly start?: string}): string[] {
	const {wishes, own, isInstalling, needsWholeSource} = build;
	const owner = 'node';
	const isBuilding = build.build !== undefined;
	const dependencies = isBuilding && options.isTrimmed ? 'dependencies' : 'install';
	const folders = [wishes.folder, ...(own ? [joinPath(wishes.folder, own.folder)] : [])];
	const programs = folders.map(folder => `${placeOf(folder)}/node_modules/.bin`.replaceAll(' ', '\\ '));
	return [
		`FROM ${options.needsManager ? 'base' : imageOf(build)}`,
		...installPackages(wishes.packages.runtime),
		...environment({NODE_ENV: 'production', PATH: `${programs.join(':')}:$PATH`}),
		...(isInstalling ? [copy([`${appFolder}/`], `${appFolder}/`, {from: dependencies, owner})] : []),
		...(isBuilding ? [copy([`${output}/`], `${appFolder}/`, {from: 'build', owner})] : []),
		...(isBuilding || (isInstalling && needsWholeSource) ? [] : [copySource({owner})]),
		`WORKDIR ${placeOf(wishes.folder)}`,
		`USER ${owner}`,
		...startWith(start),
	];
}
