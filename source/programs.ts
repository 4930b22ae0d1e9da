import type {ChildProcess, SpawnOptions, SpawnSyncOptions, SpawnSyncReturns} from 'node:child_process';
import {accessSync, constants, existsSync, realpathSync, statSync} from 'node:fs';
import {homedir} from 'node:os';
import path from 'node:path';

/** Environment variables of a process; undefined is unset. */
export type Variables = Readonly<Record<string, string | undefined>>;

type Start<Options> = Omit<Options, 'env'> & {
	/** Added to the environment of the program. */
	readonly variables?: Variables;
};

// An import takes 4 ms and would delay the first frame of every screen.
const childProcess = () => process.getBuiltinModule('node:child_process');

/** Relative entries of PATH depend on the working directory, so a repository could supply programs through them. */
const absoluteFolders = (searchPath: string | undefined): string[] =>
	(searchPath ?? '').split(path.delimiter).filter(folder => path.isAbsolute(folder));

/**
 * The environment of a child process: this one's without `COMPARTMENT_*`, such as the passphrase, and without relative
 * folders of PATH, plus `variables`.
 */
export function childEnvironment(variables: Variables = {}, own: Variables = process.env): NodeJS.ProcessEnv {
	const kept = Object.entries(own).filter(([name]) => !name.startsWith('COMPARTMENT_'));
	const {PATH} = own;
	const search = PATH === undefined ? {} : {PATH: absoluteFolders(PATH).join(path.delimiter)};
	return {...Object.fromEntries(kept), ...search, ...variables};
}

/** Whether a file is inside a folder, or is that folder. Both must be real paths. */
function isIn(folder: string, file: string): boolean {
	const relative = path.relative(folder, file);
	return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

function isExecutable(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return statSync(file).isFile();
	} catch {
		return false;
	}
}

/** The repository around a folder, else the folder. A home folder does not count: it holds the programs of its user. */
function repositoryOf(folder: string): string {
	for (let current = folder; current !== homedir(); current = path.dirname(current)) {
		if (existsSync(path.join(current, '.git'))) return current;
		if (path.dirname(current) === current) break;
	}
	return folder;
}

/**
 * Absolute path of a program on the PATH; undefined when there is none. Programs inside the repository of `project` are
 * ignored, even if npm or direnv put their folder on the PATH: a repository must not choose what runs on this machine.
 */
export function findProgram(name: string, project: string, own: Variables = process.env): string | undefined {
	const root = repositoryOf(realpathSync(project));
	return absoluteFolders(own['PATH'])
		.map(folder => path.join(folder, name))
		.find(file => isExecutable(file) && ![file, realpathSync(file)].some(place => isIn(root, place)));
}

/** Starts a program. Every program that Compartment starts is started by a function of this file. */
export function startProgram(
	file: string,
	args: readonly string[],
	{variables, ...options}: Start<SpawnOptions> = {},
): ChildProcess {
	return childProcess().spawn(file, args, {...options, env: childEnvironment(variables)});
}

/** Runs a program and blocks this process until it exits. */
export function runProgram(
	file: string,
	args: readonly string[],
	{variables, ...options}: Start<SpawnSyncOptions> = {},
): SpawnSyncReturns<string | Buffer> {
	return childProcess().spawnSync(file, args, {...options, env: childEnvironment(variables)});
}

/**
 * The output of a program; undefined when it fails or runs longer than 10 s.
 * @param variables added to its environment
 */
export function askProgram(file: string, args: readonly string[], variables?: Variables): Promise<string | undefined> {
	return new Promise(resolve => {
		// Not in the project, whose files could configure the program.
		const options = {env: childEnvironment(variables), timeout: 10_000, cwd: path.parse(file).root};
		childProcess().execFile(file, [...args], options, (error, stdout) => resolve(error ? undefined : String(stdout)));
	});
}
