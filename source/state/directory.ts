import {chmodSync, closeSync, readdirSync, realpathSync, type Stats} from 'node:fs';
import {basename, join} from 'node:path';
import {UserError} from '../errors.ts';
import {environmentSlug} from '../model/names.ts';
import {
	assertOwn,
	codeOf,
	createPrivateFile,
	fileError,
	isTemporary,
	makePrivateDirectory,
	privateDirectoryMode,
	privateFileMode,
	statsOf,
	syncDirectory,
	writeFully,
} from './private-file.ts';
import {isLockName} from './socket-lock.ts';

/** The state folder of a project, next to compartment.yml. */
export const stateRoot = (projectDirectory: string): string => join(projectDirectory, '.compartment');

/** The folder of one environment, with its state, journal, lock, history and audit. */
export const stateDirectory = (projectDirectory: string, environment: string): string =>
	join(stateRoot(projectDirectory), environmentSlug(environment));

export type StateDirectory = {
	readonly path: string;
	/** Problems that were corrected, for the user. */
	readonly warnings: readonly string[];
};

/**
 * Creates the environment's folder if it is missing (0700, ignored by git) and checks it with `checkDirectory`.
 */
export function ensureDirectory(projectDirectory: string, environment: string): StateDirectory {
	const project = realProject(projectDirectory);
	const root = stateRoot(project);
	makePrivateDirectory(root);
	assertDirectory(root);
	ignoreInGit(root);
	const path = stateDirectory(project, environment);
	if (makePrivateDirectory(path)) syncDirectory(root);
	return {path, warnings: checkDirectory(project, environment)};
}

/**
 * Refuses a state folder that another user could have made or redirected: symbolic links, and files that another user owns.
 * Removes the permissions of other users and returns warnings about them. Does nothing without a folder.
 */
export function checkDirectory(projectDirectory: string, environment: string): readonly string[] {
	const project = realProject(projectDirectory);
	const path = stateDirectory(project, environment);
	const warnings: string[] = [];
	for (const directory of [stateRoot(project), path]) {
		if (!statsOf(directory)) return warnings;
		assertDirectory(directory);
		tighten(directory, privateDirectoryMode, warnings);
	}
	for (const folder of [path, join(path, 'history')]) {
		if (!statsOf(folder)) continue;
		for (const name of namesIn(folder)) checkEntry(join(folder, name), warnings);
	}
	return warnings;
}

function checkEntry(path: string, warnings: string[]): void {
	const stats = statsOf(path);
	// Temporary files come and go while another process writes.
	if (!stats || isTemporary(path)) return;
	assertOwn(path, stats);
	if (stats.isDirectory()) tighten(path, privateDirectoryMode, warnings);
	else if (stats.isFile()) tighten(path, privateFileMode, warnings);
	// The lock of a command that is running or was killed.
	else if (!(stats.isSocket() && isLockName(basename(path))))
		throw new UserError(`${path} is not a file or a folder`, {hint: `Remove it: rm '${path}'`});
}

function assertDirectory(path: string): Stats {
	const stats = statsOf(path);
	if (!stats) throw new UserError(`${path} disappeared while Compartment was starting`);
	assertOwn(path, stats);
	if (!stats.isDirectory())
		throw new UserError(`${path} is not a folder`, {hint: 'Compartment keeps its state there: move the file away.'});
	return stats;
}

function tighten(path: string, mode: number, warnings: string[]): void {
	const stats = statsOf(path);
	if (!stats || process.platform === 'win32' || (stats.mode & 0o077) === 0) return;
	try {
		chmodSync(path, mode);
	} catch (error) {
		if (codeOf(error) === 'ENOENT') return;
		throw fileError('change the mode of', path, error);
	}
	const was = (stats.mode & 0o777).toString(8);
	warnings.push(`${path} was accessible to other users (mode ${was}); changed it to ${mode.toString(8)}.`);
}

function ignoreInGit(root: string): void {
	const path = join(root, '.gitignore');
	try {
		const descriptor = createPrivateFile(path);
		try {
			writeFully(descriptor, '*\n');
		} finally {
			closeSync(descriptor);
		}
	} catch (error) {
		if (codeOf(error) !== 'EEXIST') throw fileError('write', path, error);
	}
}

/** Sorted names in a folder; empty if it is missing. */
export function namesIn(directory: string): readonly string[] {
	try {
		return readdirSync(directory).sort();
	} catch (error) {
		if (codeOf(error) === 'ENOENT') return [];
		throw fileError('read the folder', directory, error);
	}
}

// A link may lead to the project folder; only the folders inside belong to Compartment.
function realProject(projectDirectory: string): string {
	try {
		return realpathSync(projectDirectory);
	} catch (error) {
		throw fileError('find the project folder', projectDirectory, error);
	}
}
