import {readProcfile} from './procfile.ts';
import type {SourceFiles} from './source-files.ts';
import {readToolVersion} from './tool-version.ts';

const defaultGo = '1.24';

/** The name of the built program, in the folder in which the build runs. */
export const goProgram = 'out';

/** What was looked for, for the error if a Go source has no main package. */
export const goMainRules = 'Go files in the root, cmd/*, a module with main.go';

/** Go's version, such as `1.24`: from go.mod or go.work (toolchain, else go), then .tool-versions or mise.toml. */
export async function readGoVersion(files: SourceFiles): Promise<string> {
	const text = (await files.read('go.mod')) ?? (await files.read('go.work')) ?? '';
	const match = /^toolchain\s+go(\d+\.\d+)/m.exec(text) ?? /^go\s+(\d+\.\d+)/m.exec(text);
	const tool = /^(\d+\.\d+)/.exec((await readToolVersion(files, ['go', 'golang'])) ?? '');
	return match?.[1] ?? tool?.[1] ?? defaultGo;
}

const isGoFile = (path: string) => path.endsWith('.go') && !path.endsWith('_test.go');
const folderOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** Folder of the main package: the root if it has Go files, else the first in cmd/, else the first module with main.go. */
export function findGoMain(files: SourceFiles): string | undefined {
	const sources = files.paths.filter(isGoFile).sort();
	if (sources.some(path => folderOf(path) === '')) return '';
	const command = sources.map(folderOf).find(folder => /^cmd\/[^/]+$/.test(folder));
	if (command !== undefined) return command;
	return sources.map(folderOf).find(folder => files.has(`${folder}/go.mod`) && files.has(`${folder}/main.go`));
}

/** Start command of a Go source: Procfile, else the program that was built. */
export const findGoStart = async (files: SourceFiles): Promise<string> =>
	(await readProcfile(files)) ?? `./${goProgram}`;
