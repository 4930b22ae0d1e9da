import {join} from 'node:path';
import {dockerfileName, hasDockerfile} from '../build/dockerfile-place.ts';
import {manifestNames} from '../detect/package-json.ts';
import {findPort} from '../detect/port.ts';
import {type Program, readProgram} from '../detect/program.ts';
import {ignoredSettings} from '../detect/railpack-file.ts';
import {type BuiltStack, findStack, unknownStack} from '../detect/stacks.ts';
import {UserError} from '../errors.ts';
import {readServiceSource, readShallow, type ServiceSource} from './folder.ts';
import {guessStart} from './guess-start.ts';
import {type Drivers, findDrivers, findExposedPort} from './hints.ts';
import {includesOf, type Workspace} from './workspace-members.ts';

/** Details of a service beyond its folder. */
type ServiceDetails = Drivers & {
	/** Port that its start command names. */
	readonly port?: number;
	/** First port that its Dockerfile exposes; a build finds it without `port`. */
	readonly exposes?: string;
	/** Whether it is a front end that is only files once it is built. */
	readonly isSite: boolean;
};

/** How a service starts: the build finds the command, a file suggests one, or neither. */
type ServiceStart =
	| {readonly type: 'said'; readonly command: string}
	| {readonly type: 'guessed'; readonly command: string}
	| {readonly type: 'unknown'};

/** A folder's service, as a build would make it. */
export type ServiceDescription = {
	readonly path: string;
	/** The file that it was detected by. */
	readonly evidence: string;
	readonly stack?: BuiltStack;
	readonly details: ServiceDetails;
	/** What a package of a workspace is built from beside its own folder. */
	readonly include?: readonly string[];
	/** How a site is built, and the folder below the service's that it fills. */
	readonly buildCommand?: string;
	readonly outputDirectory?: string;
	/** Absent for a Dockerfile and for files. */
	readonly start?: ServiceStart;
	/** Framework with its mode, such as `SvelteKit with adapter-node`. */
	readonly framework?: string;
	/** Why it cannot be built without a change. */
	readonly problem?: string;
	/** What was guessed, and what to set if that is wrong. */
	readonly doubts: readonly string[];
	/** What else to know about it. */
	readonly notes?: readonly string[];
};

/** The file that makes a folder look like a service: its Dockerfile, else what the built-in builder looks for. */
export async function findEvidence(folder: string): Promise<string | undefined> {
	return (await hasDockerfile(folder)) ? dockerfileName : findStack(await readShallow(folder))?.evidence;
}

function describeSite(
	{site}: Program,
	{files, serviceFolder}: ServiceSource,
): Pick<ServiceDescription, 'outputDirectory' | 'buildCommand' | 'problem'> {
	const prefix = serviceFolder === '' ? '' : `${serviceFolder}/`;
	// The site of a workspace's root is no part of this service: the build serves it all the same.
	if (!site?.folder.startsWith(prefix)) return {};
	const isPresent = files.hasFolder(site.folder);
	if (site.build === undefined && !isPresent) return {problem: `No build script makes the folder ${site.folder}.`};
	return {
		outputDirectory: site.folder.slice(prefix.length),
		...(site.build !== undefined && {buildCommand: site.build}),
	};
}

function describeStart(program: Program, {files, serviceFolder}: ServiceSource): ServiceStart | undefined {
	if (program.stack.name === 'static files') return undefined;
	if (program.start !== undefined) return {type: 'said', command: program.start};
	const command = guessStart(files, program, serviceFolder);
	return command === undefined ? {type: 'unknown'} : {type: 'guessed', command};
}

type Found = Omit<ServiceDescription, 'path' | 'evidence' | 'details' | 'include'> & {readonly evidence?: string};

/** A guess that every service makes whose command comes from the name of a file. */
const startDoubts = (start: ServiceStart | undefined): string[] =>
	start?.type === 'guessed' ? [`${start.command}, by the name of the file: set run.command to change it`] : [];

function describeProgram(program: Program, source: ServiceSource, hasRailpack: boolean): Found {
	const {stack, evidence, site, problem, framework, doubts = []} = program;
	if (!stack.isBuilt && hasRailpack) return {evidence, doubts, notes: [`Railpack builds it as ${stack.name}`]};
	if (!stack.isBuilt) return {evidence, problem: unknownStack(stack.name), doubts};
	const found = {evidence, stack: stack.name, ...(framework !== undefined && {framework})};
	if (problem !== undefined) return {...found, problem, doubts};
	if (site) return {...found, ...describeSite(program, source), doubts};
	const start = describeStart(program, source);
	return {...found, start, doubts: [...doubts, ...startDoubts(start)]};
}

async function readFound(
	directory: string,
	path: string,
	include: readonly string[],
	hasRailpack: boolean,
): Promise<Found> {
	try {
		const source = await readServiceSource(directory, path, include);
		const program = await readProgram(source.files, source.serviceFolder);
		const ignored = hasRailpack ? [] : ignoredSettings(source.files, source.serviceFolder);
		const notes = ignored.length > 0 ? {notes: ignored} : {};
		if (program) return {...describeProgram(program, source, hasRailpack), ...notes};
		return {problem: 'No file in the build context says how to build it: check .gitignore.', doubts: [], ...notes};
	} catch (error) {
		if (error instanceof UserError) return {problem: error.message, doubts: []};
		throw error;
	}
}

/**
 * Describes the service in a folder that has evidence of one, as the build would find it.
 * @param hasRailpack whether a plan would use the Railpack CLI, which knows more stacks
 */
export async function describeService(
	directory: string,
	path: string,
	evidence: string,
	workspace: Workspace | undefined,
	hasRailpack: boolean,
): Promise<ServiceDescription> {
	const files = await readShallow(join(directory, path));
	const drivers = await findDrivers(files);
	if (evidence === dockerfileName) {
		const details = {...drivers, exposes: await findExposedPort(files), isSite: false};
		return {path, evidence, details, doubts: []};
	}
	const isMember = manifestNames.includes(evidence) && workspace?.members.has(path);
	const include = isMember ? includesOf(workspace!, path) : undefined;
	const found = await readFound(directory, path, include ?? [], hasRailpack);
	const port = found.start?.type === 'said' ? findPort(found.start.command) : undefined;
	const isSite = found.outputDirectory !== undefined;
	return {path, evidence, ...found, details: {port, ...drivers, isSite}, ...(include && {include})};
}
