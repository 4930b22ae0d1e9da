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

const registryPath = (env: NodeJS.ProcessEnv): string => join(agentDirectory(env), 'projects.json');

function isProject(value: unknown): value is RegisteredProject {
	const {folder, addedAt} = (value ?? {}) as Readonly<Record<string, unknown>>;
	return typeof folder === 'string' && typeof addedAt === 'string';
}

/**
 * The registered projects, in the order in which they were added. An agent looks after those whose environments run on
 * its engine.
 * @throws UserError when the file cannot be read
 */
export function readRegistry(env: NodeJS.ProcessEnv = process.env): readonly RegisteredProject[] {
	const path = registryPath(env);
	const content = readPrivateFile(path);
	if (!content) return [];
	try {
		const {projects} = JSON.parse(content.toString()) as {readonly projects: unknown};
		if (Array.isArray(projects) && projects.every(isProject)) return projects;
		throw new Error('no list of projects');
	} catch (error) {
		throw new UserError(`${path} is damaged`, {
			hint: hint`Remove it, then add each project again: ${command('agent add', 'FOLDER')}`,
			cause: error,
		});
	}
}

function writeRegistry(projects: readonly RegisteredProject[], env: NodeJS.ProcessEnv): void {
	const path = registryPath(env);
	try {
		mkdirSync(configurationDirectory(env), {recursive: true, mode: privateDirectoryMode});
		makePrivateDirectory(agentDirectory(env));
		replacePrivateFile(path, `${JSON.stringify({version: 1, projects}, null, '\t')}\n`);
	} catch (error) {
		throw fileError('write', path, error);
	}
}

/**
 * Registers the project of a folder.
 * @returns whether it was not registered yet
 */
export function addProject(folder: string, now: Date, env: NodeJS.ProcessEnv = process.env): boolean {
	const known = readRegistry(env);
	const real = realpathSync(folder);
	if (known.some(project => project.folder === real)) return false;
	writeRegistry([...known, {folder: real, addedAt: now.toISOString()}], env);
	return true;
}

/**
 * Removes the project of a folder, which need not exist any more.
 * @returns whether it was registered
 */
export function removeProject(folder: string, env: NodeJS.ProcessEnv = process.env): boolean {
	const known = readRegistry(env);
	const rest = known.filter(project => project.folder !== folder);
	if (rest.length === known.length) return false;
	writeRegistry(rest, env);
	return true;
}
