import {rmSync} from 'node:fs';
import {basename, join} from 'node:path';
import {messageOf} from '../errors.ts';
import {namesIn, stateDirectory, stateRoot} from './directory.ts';
import {newestBackup} from './history.ts';
import {assertOwn, statsOf} from './private-file.ts';
import {readState} from './store.ts';
import {ForeignStateError} from './trusted.ts';

export type EnvironmentEntry = {
	readonly environment: string;
	readonly directory: string;
	/** Why the state cannot be read. The name is then taken from history or from the folder. */
	readonly problem?: string;
};

/** The environments of a project that have a state, sorted by name. */
export async function listEnvironments(projectDirectory: string): Promise<readonly EnvironmentEntry[]> {
	const root = stateRoot(projectDirectory);
	const stats = statsOf(root);
	if (!stats) return [];
	assertOwn(root, stats);
	const directories = namesIn(root)
		.map(name => join(root, name))
		.filter(path => statsOf(path)?.isDirectory());
	const entries = await Promise.all(directories.map(entryOf));
	return entries.filter(entry => entry !== undefined).sort((a, b) => (a.environment < b.environment ? -1 : 1));
}

async function entryOf(directory: string): Promise<EnvironmentEntry | undefined> {
	try {
		const state = await readState(directory);
		return state && {environment: state.environment, directory};
	} catch (error) {
		const environment =
			error instanceof ForeignStateError
				? error.environment
				: (newestBackup(directory)?.state.environment ?? basename(directory));
		return {environment, directory, problem: messageOf(error)};
	}
}

/** Deletes an environment's folder. The caller has made sure that nothing of it is left on the engine. */
export function removeEnvironmentDirectory(projectDirectory: string, environment: string): void {
	const directory = stateDirectory(projectDirectory, environment);
	const stats = statsOf(directory);
	if (!stats) return;
	assertOwn(directory, stats);
	rmSync(directory, {recursive: true});
}
