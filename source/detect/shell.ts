import {readProcfile} from './procfile.ts';
import type {SourceFiles} from './source-files.ts';

/** The program that a script's first line names, with its arguments, such as `bash -eu`. */
function readShebang(text: string): string | undefined {
	const line = /^\uFEFF?#!\s*(\S+)[ \t]*([^\r\n]*)/.exec(text);
	if (!line) return undefined;
	const [, program, rest] = line as unknown as [string, string, string];
	const words = rest.trim().split(/\s+/).filter(Boolean);
	const isEnv = program.split('/').at(-1) === 'env';
	// `env -S` splits what follows; other flags and variables of env change nothing about the program.
	const own = isEnv ? words.filter((word, index) => !(index === 0 && word === '-S')) : [program, ...words];
	while (isEnv && own[0] !== undefined && (own[0].startsWith('-') || own[0].includes('='))) own.shift();
	const [name, ...flags] = own;
	const base = name?.split('/').at(-1);
	// Anything else would have to be quoted.
	return base && [base, ...flags].every(word => /^[\w.+=,:/-]+$/.test(word)) ? [base, ...flags].join(' ') : undefined;
}

/** Shells that Debian's images contain. */
const present = ['sh', 'dash', 'bash'];

/** Shells that are a Debian package of the same name. */
const packaged = ['zsh', 'fish', 'ksh', 'mksh', 'yash', 'tcsh', 'busybox'];

/** What a source without a known language runs. */
export type ShellProgram = {
	readonly start?: string;
	/** Debian package of the shell, if the image does not have it. */
	readonly shellPackage?: string;
	readonly problem?: string;
	readonly doubts: readonly string[];
};

/** The script that a command runs, if it is a file of the source. */
const scriptOf = (command: string, files: SourceFiles): string | undefined => {
	const file = command.trim().split(/\s/, 1)[0]!.replace(/^\.\//, '');
	return files.has(file) ? file : undefined;
};

async function shellOf(files: SourceFiles, script: string | undefined): Promise<string | undefined> {
	return script === undefined ? undefined : readShebang((await files.read(script)) ?? '');
}

/** What a source without a known language runs: its Procfile, else start.sh with the shell that its first line names. */
export async function findShellProgram(files: SourceFiles): Promise<ShellProgram> {
	const procfile = await readProcfile(files);
	if (procfile === undefined && !files.has('start.sh')) return {doubts: []};
	const script = procfile === undefined ? 'start.sh' : scriptOf(procfile, files);
	const shell = await shellOf(files, script);
	const start = procfile ?? `${shell ?? 'sh'} start.sh`;
	const name = shell?.split(' ', 1)[0] ?? 'sh';
	if (present.includes(name)) return {start, doubts: []};
	if (packaged.includes(name)) return {start, shellPackage: name, doubts: []};
	const problem = `${script} is run by ${name}, which the built-in builder does not install: add a Dockerfile, or name its Debian package in build.packages.runtime.`;
	return {start, problem, doubts: []};
}
