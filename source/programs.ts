import type {ChildProcess, SpawnOptions, SpawnSyncOptions, SpawnSyncReturns} from 'node:child_process';
import {accessSync, constants, existsSync, realpathSync, statSync} from 'node:fs';
import {homedir} from 'node:os';
import path from 'node:path';

/** Environment variables of a process; a variable without a value is not there. */
export type Variables = Readonly<Record<string, string | undefined>>;

type Start<Options> = Omit<Options, 'env'> & {
	/** Added to the environment of the program. */
	readonly variables?: Variables;
};

// Importing it takes 4 ms, which the first frame of every screen would pay.
const childProcess = () => process.getBuiltinModule('node:child_process');

/** Relative entries of PATH name folders of whatever directory we are in, so a repository could put a program there. */
const absoluteFolders = (searchPath: string | undefined): string[] =>
	(searchPath ?? '').split(path.delimiter).filter(folder => path.isAbsolute(folder));

/**
 * The environment of a program that we start: our own without `COMPARTMENT_*`, such as the passphrase, and with the
 * absolute folders of PATH only; then `variables`.
 */
export function childEnvironment(variables: Variables = {}, own: Variables = process.env): NodeJS.ProcessEnv {
	const kept = Object.entries(own).filter(([name]) => !name.startsWith('COMPARTMENT_'));
	const {PATH} = own;
	const search = PATH === undefined ? {} : {PATH: absoluteFolders(PATH).join(path.delimiter)};
	return {...Object.fromEntries(kept), ...search, ...variables};
}

/** Whether a path is a folder or lies in it. Both are real paths. */
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

/** The repository that holds a folder, else the folder. A home folder may be a repository, and holds programs of its user. */
function repositoryOf(folder: string): string {
	for (let current = folder; current !== homedir(); current = path.dirname(current)) {
		if (existsSync(path.join(current, '.git'))) return current;
		if (path.dirname(current) === current) break;
	}
	return folder;
}

/**
 * Absolute path of a program on our own PATH; undefined when there is none. Nothing inside the repository of `project`
 * is taken: what lies there is not a program of this machine, even when npm or direnv put one of its folders on PATH.
 */
export function findProgram(name: string, project: string, own: Variables = process.env): string | undefined {
	const root = repositoryOf(realpathSync(project));
	return absoluteFolders(own['PATH'])
		.map(folder => path.join(folder, name))
		.find(file => isExecutable(file) && ![file, realpathSync(file)].some(place => isIn(root, place)));
}

/** Starts a program. Everything in this code base that starts one does it with a function of this file. */
export function startProgram(
	file: string,
	args: readonly string[],
	{variables, ...options}: Start<SpawnOptions> = {},
): ChildProcess {
	return childProcess().spawn(file, args, {...options, env: childEnvironment(variables)});
}

/** Runs a program and waits for its end; nothing else happens in this process meanwhile. */
export function runProgram(
	file: string,
	args: readonly string[],
	{variables, ...options}: Start<SpawnSyncOptions> = {},
): SpawnSyncReturns<string | Buffer> {
	return childProcess().spawnSync(file, args, {...options, env: childEnvironment(variables)});
}

/**
 * What a program prints; undefined when it fails or has not ended after 10 s.
 * @param variables added to its environment
 */
export function askProgram(file: string, args: readonly string[], variables?: Variables): Promise<string | undefined> {
	return new Promise(resolve => {
		// Outside of the project, whose files could configure the program.
		const options = {env: childEnvironment(variables), timeout: 10_000, cwd: path.parse(file).root};
		childProcess().execFile(file, [...args], options, (error, stdout) => resolve(error ? undefined : String(stdout)));
	});
}
