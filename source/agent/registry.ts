import {mkdirSync, realpathSync} from 'node:fs';
import {join} from 'node:path';
import {UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {configurationDirectory} from '../settings/configuration-directory.ts';
import {
	fileError,
	makePrivateDirectory,
	privateDirectoryMode,
	readPrivateFile,
	replacePrivateFile,
} from '../state/private-file.ts';
import {agentDirectory} from './files.ts';

/** A project that agents look after. */
export type RegisteredProject = {
	/** Absolute folder of compartment.yml, without symbolic links. */
	readonly folder: string;
	/** ISO 8601. */
	readonly addedAt: string;
};

/** What the user has decided. */
type Registry = {
	readonly projects: readonly RegisteredProject[];
	/** Folders that the user removed, or did not want to register. An apply does not ask about them again. */
	readonly declined: readonly string[];
};

/** The name of the file, for who watches the folder. */
export const registryFile = 'projects.json';

const registryPath = (env: NodeJS.ProcessEnv): string => join(agentDirectory(env), registryFile);

function isProject(value: unknown): value is RegisteredProject {
	const {folder, addedAt} = (value ?? {}) as Readonly<Record<string, unknown>>;
	return typeof folder === 'string' && typeof addedAt === 'string';
}

const isFolders = (value: unknown): value is readonly string[] =>
	Array.isArray(value) && value.every(each => typeof each === 'string');

function readFile(env: NodeJS.ProcessEnv): Registry {
	const path = registryPath(env);
	const content = readPrivateFile(path);
	if (!content) return {projects: [], declined: []};
	try {
		// Older versions did not write `declined`.
		const {projects, declined = []} = JSON.parse(content.toString()) as Readonly<Record<string, unknown>>;
		if (Array.isArray(projects) && projects.every(isProject) && isFolders(declined)) return {projects, declined};
		throw new Error('no list of projects');
	} catch (error) {
		throw new UserError(`${path} is damaged`, {
			hint: hint`Remove it, then add each project again: ${command('agent add', 'FOLDER')}`,
			cause: error,
		});
	}
}

function writeFile(registry: Registry, env: NodeJS.ProcessEnv): void {
	const path = registryPath(env);
	try {
		mkdirSync(configurationDirectory(env), {recursive: true, mode: privateDirectoryMode});
		makePrivateDirectory(agentDirectory(env));
		replacePrivateFile(path, `${JSON.stringify({version: 1, ...registry}, null, '\t')}\n`);
	} catch (error) {
		throw fileError('write', path, error);
	}
}

/**
 * The registered projects, in the order in which they were added. An agent looks after those whose environments run on
 * its engine.
 * @throws UserError when the file cannot be read
 */
export const readRegistry = (env: NodeJS.ProcessEnv = process.env): readonly RegisteredProject[] =>
	readFile(env).projects;

/** What the registry says of a folder, whose path is without symbolic links; undefined if it does not know it. */
export function findDecision(
	folder: string,
	env: NodeJS.ProcessEnv = process.env,
): 'registered' | 'declined' | undefined {
	const {projects, declined} = readFile(env);
	if (projects.some(project => project.folder === folder)) return 'registered';
	return declined.includes(folder) ? 'declined' : undefined;
}

const without = (folders: readonly string[], folder: string): readonly string[] =>
	folders.filter(each => each !== folder);

/**
 * Registers the project of a folder.
 * @returns whether it was not registered yet
 */
export function addProject(folder: string, now: Date, env: NodeJS.ProcessEnv = process.env): boolean {
	const {projects, declined} = readFile(env);
	const real = realpathSync(folder);
	if (projects.some(project => project.folder === real)) return false;
	const added = {folder: real, addedAt: now.toISOString()};
	writeFile({projects: [...projects, added], declined: without(declined, real)}, env);
	return true;
}

/** Notes that the user does not want to register the project of a folder. */
export function declineProject(folder: string, env: NodeJS.ProcessEnv = process.env): void {
	const {projects, declined} = readFile(env);
	writeFile({projects, declined: [...without(declined, folder), folder]}, env);
}

/**
 * Removes the project of a folder, which need not exist any more.
 * @returns whether it was registered
 */
export function removeProject(folder: string, env: NodeJS.ProcessEnv = process.env): boolean {
	const {projects, declined} = readFile(env);
	const rest = projects.filter(project => project.folder !== folder);
	if (rest.length === projects.length) return false;
	writeFile({projects: rest, declined: [...without(declined, folder), folder]}, env);
	return true;
}
