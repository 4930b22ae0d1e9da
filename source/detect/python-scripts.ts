import {readInstall} from './python-install.ts';
import type {SourceFiles} from './source-files.ts';
import {readTable} from './toml-table.ts';

/** A start command, and the doubt about it. */
export type PythonProgram = {
	readonly start?: string;
	readonly problem?: string;
	readonly framework?: string;
	readonly doubts: readonly string[];
};

const certain = (start: string): PythonProgram => ({start, doubts: []});

/** Names under which tools for tasks have the command for production. */
const taskNames = ['start', 'serve', 'web', 'server'];

/** Tables of pyproject.toml with tasks of PDM, Hatch and Poe. */
const taskTables = ['tool.pdm.scripts', 'tool.hatch.envs.default.scripts', 'tool.poe.tasks'];

/** A task is a command, or a map with one. */
function findTask(project: string): PythonProgram | undefined {
	for (const table of taskTables) {
		const tasks = readTable(project, table);
		for (const name of taskNames) {
			const command = tasks.get(name) ?? tasks.get(`${name}.cmd`) ?? tasks.get(`${name}.shell`);
			// A task that runs another one needs its tool.
			if (command !== undefined && !/^(?:pdm|hatch|poe)\b|\{/.test(command)) return certain(command);
		}
	}
	return undefined;
}

const isPlain = (text: string): boolean => /^[A-Za-z0-9][\w.-]*$/.test(text);

/** The command for an entry point `module:function` of a project that is not installed. */
function callEntry(files: SourceFiles, entry: string): string | undefined {
	const [, module, name] = /^([A-Za-z_][\w.]*):([A-Za-z_]\w*)$/.exec(entry) ?? [];
	if (module === undefined) return undefined;
	const path = module.replaceAll('.', '/');
	const isIn = (folder: string) => files.has(`${folder}${path}.py`) || files.has(`${folder}${path}/__init__.py`);
	const call = `python -c 'import sys; from ${module} import ${name}; sys.exit(${name}())'`;
	if (isIn('')) return call;
	return isIn('src/') ? `PYTHONPATH=src ${call}` : undefined;
}

/** The entry points of a project, as `[project.scripts]` or Poetry's table names them. */
function findEntryPoint(files: SourceFiles, project: string, isInstalled: boolean): PythonProgram | undefined {
	const scripts = new Map([...readTable(project, 'tool.poetry.scripts'), ...readTable(project, 'project.scripts')]);
	const names = [...scripts.keys()].filter(isPlain);
	const own = (
		readTable(project, 'project').get('name') ?? readTable(project, 'tool.poetry').get('name')
	)?.toLowerCase();
	const normal = (name: string) => name.toLowerCase().replaceAll('_', '-');
	const chosen =
		taskNames.find(name => names.includes(name)) ?? names.find(name => own && normal(name) === normal(own)) ?? names[0];
	if (chosen === undefined) return undefined;
	const start = isInstalled ? chosen : callEntry(files, scripts.get(chosen)!);
	if (start === undefined) return undefined;
	if (names.length === 1) return certain(start);
	const doubt = `${chosen}, one of several scripts in pyproject.toml (${names.join(', ')}): set run.command to change it`;
	return {start, doubts: [doubt]};
}

/** A package with a `__main__` module, in the root, in src/, or the root itself. */
function findMainModule(files: SourceFiles): PythonProgram | undefined {
	if (files.has('__main__.py')) return certain('python .');
	const modules = files.paths.flatMap(path => /^(src\/)?([A-Za-z_]\w*)\/__main__\.py$/.exec(path)?.slice(1) ?? []);
	const [folder, name, ...others] = modules;
	if (name === undefined) return undefined;
	const start = `${folder ? 'PYTHONPATH=src ' : ''}python -m ${name}`;
	if (others.length === 0) return certain(start);
	return {start, doubts: [`${name}, one of several packages with a __main__ module: set run.command to change it`]};
}

/** A start command that the project itself names: a task, an entry point or a `__main__` module. */
export async function findProjectProgram(files: SourceFiles): Promise<PythonProgram | undefined> {
	const project = (await files.read('pyproject.toml')) ?? '';
	// The install makes a command of each entry point only where it installs the project itself.
	const isInstalled = (await readInstall(files))?.project !== undefined;
	return findTask(project) ?? findEntryPoint(files, project, isInstalled) ?? findMainModule(files);
}
