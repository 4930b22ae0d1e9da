import {singleQuoted} from '../shell-word.ts';
import {isDevelopmentServer} from './development-server.ts';
import {findFramework, findSideFramework} from './frameworks/find-framework.ts';
import type {BuildStep, Framework} from './frameworks/framework.ts';
import type {NodeManager} from './node-manager.ts';
import {mainFile, productionScript, startScript} from './node-start.ts';
import type {NodePackage} from './package-json.ts';
import {filesBelow, joinPath, type SourceFiles} from './source-files.ts';

/** What a Node source runs or serves. */
export type NodeApp = {
	/** Command, run in the detected folder. */
	readonly start?: string;
	/** Folder of a front end that is only files once it is built, relative to the detected folder. */
	readonly site?: string;
	/** Command that builds it, if its package has no `build` script but a framework that has to be built. */
	readonly build?: string;
	/** The framework, with its mode. */
	readonly framework?: string;
	/** Why nothing of it can run here, and the way out. */
	readonly problem?: string;
	/** What was guessed, and what to set if that is wrong. */
	readonly doubts: readonly string[];
};

/** A package of a source and the folder that it is in. */
type AppFolder = {
	readonly files: SourceFiles;
	readonly manifest: NodePackage;
	readonly manager: NodeManager;
	/** Empty for the root. */
	readonly folder: string;
};

const within = (folder: string, command: string): string =>
	folder === '' ? command : `cd ${singleQuoted(folder)} && ${command}`;

function buildOf({manifest, manager, folder}: AppFolder, step: BuildStep | undefined): string | undefined {
	if (manifest.scripts['build'] || step === undefined) return undefined;
	return 'script' in step ? manager.runScript(step.script, folder) : within(folder, step.command);
}

/** What a framework says whatever it makes: its name, its build and its doubt. */
function aboutFramework(place: AppFolder, {name, build, doubt}: Framework): NodeApp {
	const command = buildOf(place, build);
	return {framework: name, ...(command !== undefined && {build: command}), doubts: doubt === undefined ? [] : [doubt]};
}

const siteOf = (place: AppFolder, framework: Framework): NodeApp | undefined =>
	framework.made.type === 'site'
		? {...aboutFramework(place, framework), site: joinPath(place.folder, framework.made.folder)}
		: undefined;

/** What the package's own words say: its start script unless that serves a developer, or one for production. */
function scriptOf({manifest}: AppFolder, framework: Framework | undefined): string | undefined {
	const start = startScript(manifest);
	// `next start` cannot serve an exported app.
	const isForServer = framework?.made.type === 'site' && /(?:^|\s)next start\b/.test(manifest.scripts['start'] ?? '');
	if (start !== undefined && !isForServer && !isDevelopmentServer(manifest.scripts['start']!)) return start;
	return framework?.made.type === 'site' ? undefined : productionScript(manifest);
}

/** Whether a package has a script for production, whatever its framework is. */
export const startsItself = (manifest: NodePackage): boolean =>
	(startScript(manifest) !== undefined && !isDevelopmentServer(manifest.scripts['start']!)) ||
	productionScript(manifest) !== undefined;

/** What the scripts and files of a package say, without its framework. */
export function plainApp(place: AppFolder): NodeApp | undefined {
	const start = scriptOf(place, undefined) ?? mainFile(place.files, place.manifest, place.manager.name);
	return start === undefined ? undefined : {start: within(place.folder, start), doubts: []};
}

function serverOf(place: AppFolder, framework: Framework, entry: string | undefined): NodeApp {
	const {name, made} = framework;
	if (made.type === 'nothing') return {framework: name, problem: made.problem, doubts: []};
	const start = (made.type === 'server' && made.start) || entry;
	const about = aboutFramework(place, framework);
	if (start !== undefined) return {...about, start: within(place.folder, start)};
	return {
		...about,
		problem: `${name} is served by another program here, and nothing says which: name it in run.command.`,
	};
}

/** What a package runs or serves: its scripts, else what its framework makes, else its main file. */
export async function packageApp(place: AppFolder): Promise<NodeApp | undefined> {
	const {files, manifest, manager, folder} = place;
	const framework = await findFramework(files, manifest);
	const script = scriptOf(place, framework);
	if (script !== undefined) {
		// The user names a program, so what the configuration would make is no more than a warning.
		const doubts = framework?.made.type === 'nothing' ? [`the start script, although ${framework.made.problem}`] : [];
		const about = framework && framework.made.type === 'server' ? aboutFramework(place, framework) : undefined;
		return {...(framework && {framework: framework.name}), ...about, start: within(folder, script), doubts};
	}
	const entry = mainFile(files, manifest, manager.name);
	if (framework) return siteOf(place, framework) ?? serverOf(place, framework, entry);
	// `npm init` names a main file whether there is one or not.
	const isMainAbsent = manifest.main === undefined ? entry === undefined : !files.has(manifest.main);
	const aside = isMainAbsent ? await findSideFramework(files, manifest) : undefined;
	if (aside) return siteOf(place, aside);
	if (entry !== undefined) return {start: within(folder, entry), doubts: []};
	const start = startScript(manifest);
	if (start === undefined) return undefined;
	const doubt = `the start script, although ${manifest.scripts['start']} is for development: set run.command to change it`;
	return {start: within(folder, start), doubts: [doubt]};
}

export const placeOf = (all: SourceFiles, manifest: NodePackage, manager: NodeManager, folder: string): AppFolder => ({
	files: filesBelow(all, folder),
	manifest,
	manager,
	folder,
});
