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

/** What a Go source runs: its Procfile, else the program that was built. */
export async function findGoProgram(
	files: SourceFiles,
): Promise<{readonly start?: string; readonly problem?: string; readonly doubts: readonly string[]}> {
	const main = findGoMain(files);
	if (main === undefined) return {problem: 'It has no main package: set build.command.', doubts: []};
	const start = (await readProcfile(files)) ?? `./${goProgram}`;
	const commands = new Set(
		files.paths
			.filter(isGoFile)
			.map(folderOf)
			.filter(folder => /^cmd\/[^/]+$/.test(folder)),
	);
	if (!commands.has(main) || commands.size === 1) return {start, doubts: []};
	const names = [...commands]
		.map(folder => folder.slice(4))
		.sort()
		.join(', ');
	const doubt = `${main}, one of several programs (${names}): set build.command to go build -o ${goProgram} ./cmd/NAME to change it`;
	return {start, doubts: [doubt]};
}
