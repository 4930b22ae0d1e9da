import type {ConfigText} from '../config-text.ts';
import type {NodePackage} from '../package-json.ts';
import type {SourceFiles} from '../source-files.ts';

/** What a framework's build makes, as its configuration says. */
export type Made =
	/** Files, in this folder of the package. */
	| {readonly type: 'site'; readonly folder: string}
	/** A server, with its command if the framework makes it; else the package has to name one. */
	| {readonly type: 'server'; readonly start?: string}
	/** Nothing that can run here, with the reason and the way out. */
	| {readonly type: 'nothing'; readonly problem: string};

/** A build without a `build` script: another script of the package, or a command of its tools. */
export type BuildStep = {readonly script: string} | {readonly command: string};

/** The framework of a Node package. */
export type Framework = {
	/** With its mode, such as `SvelteKit with adapter-node`. */
	readonly name: string;
	readonly made: Made;
	/** How it is built if the package has no `build` script. */
	readonly build?: BuildStep;
	/** What the configuration leaves open: what was guessed, and what to set if that is wrong. */
	readonly doubt?: string;
};

/** A package as the readers of frameworks see it. */
export type App = {
	readonly files: SourceFiles;
	readonly manifest: NodePackage;
	/** Whether it depends on a package, for development too. */
	readonly has: (name: string) => boolean;
	/** Its `build` script, empty if it has none. */
	readonly build: string;
	/** Reads `NAME.js`, `NAME.ts` and the like. */
	readonly config: (name: string) => Promise<ConfigText | undefined>;
};

/** The same framework, with the tool that builds it. */
export const builtBy = (found: Framework, tool: string): Framework => ({build: {command: `npx ${tool}`}, ...found});

/** Finds one framework in a package; undefined if it does not use it. */
export type FrameworkReader = (app: App) => Promise<Framework | undefined>;

export const site = (folder: string): Made => ({type: 'site', folder});

export const server = (start?: string): Made => ({type: 'server', ...(start !== undefined && {start})});

export const nothing = (problem: string): Made => ({type: 'nothing', problem});

/** The doubt about an option that a configuration computes. */
export const computed = (path: string, option: string, taken: string): string =>
	`${taken}, because ${path} computes ${option}`;

/** The way out where a guess about the kind of a service is wrong. */
export const setKind = 'set kind, build.outputDirectory or run.command to change it';
