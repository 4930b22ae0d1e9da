import {UserError} from '../../errors.ts';
import {isPlainCommand, replaceShell} from './shell-command.ts';

/** Folder of the source inside the archive; the Dockerfile and its own files lie beside it. */
export const sourceFolder = 'source';

/** Where the source lies in every stage. */
export const appFolder = '/app';

// Docker gives a meaning to $, \, quotes and wildcards in paths, and none of them can be escaped in every place.
const plainPath = /^[\p{L}\p{N}\p{M} ._/@+~,=#%&()!:;-]*$/u;

/** Whether a path can be written into a Dockerfile as it is. */
export const isPlainPath = (path: string): boolean => plainPath.test(path);

/** Refuses a path that a Dockerfile cannot name. */
export function checkPlainPath(path: string): void {
	if (isPlainPath(path)) return;
	throw new UserError(`The built-in builder cannot use the path ${JSON.stringify(path)}.`, {
		hint: 'Rename it to letters, digits, dots and dashes, or add a Dockerfile.',
	});
}

/** Joins parts of a path, leaving empty ones out. */
export const joinPath = (...parts: readonly string[]): string => parts.filter(part => part !== '').join('/');

/** Absolute place of a folder of the source in a stage. */
export const placeOf = (folder: string): string => {
	checkPlainPath(folder);
	return joinPath(appFolder, folder);
};

type CopyOptions = {readonly from?: string; readonly owner?: string};

/** `COPY`, in the form that suits the paths. The sources are paths in the archive or in the stage `from`. */
export function copy(sources: readonly string[], target: string, {from, owner}: CopyOptions = {}): string {
	for (const path of [...sources, target]) checkPlainPath(path);
	const flags = [from && `--from=${from}`, owner && `--chown=${owner}:${owner}`].filter(Boolean);
	const paths = [...sources, target];
	const isSimple = paths.every(path => /^[\w./@+-]+$/.test(path));
	return ['COPY', ...flags, isSimple ? paths.join(' ') : JSON.stringify(paths)].join(' ');
}

/** Copies files of the source to the same places below the app folder, one instruction for each of their folders. */
export function copyFiles(paths: readonly string[]): string[] {
	const folders = new Map<string, string[]>();
	for (const path of paths) {
		const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
		folders.set(folder, [...(folders.get(folder) ?? []), `${sourceFolder}/${path}`]);
	}
	return [...folders].map(([folder, sources]) => copy(sources, `${placeOf(folder)}/`));
}

export const copySource = (options: CopyOptions = {}): string => copy([`${sourceFolder}/`], `${appFolder}/`, options);

/** A folder that outlives the build; `isLocked` for tools that do not share it with a build at the same time. */
export type CacheMount = {readonly target: string; readonly isLocked?: boolean};

const mount = ({target, isLocked}: CacheMount) =>
	`--mount=type=cache,target=${target}${isLocked ? ',sharing=locked' : ''}`;

/** `RUN` of a shell command, which may be any text. */
export function run(command: string, caches: readonly CacheMount[] = []): string {
	const isSimple = !/[\r\n]|<<|\\\s*$|^\s*[[-]/.test(command);
	const shown = isSimple ? command : JSON.stringify(['/bin/sh', '-c', command]);
	return ['RUN', ...caches.map(mount), shown].join(' ');
}

/** The same Dockerfile for a builder that knows no mounts. Only for text of this module. */
export const withoutMounts = (dockerfile: string): string => dockerfile.replace(/^RUN (?:--mount=\S+ )+/gm, 'RUN ');

/** Debian packages; no line when there are none. */
export const installPackages = (names: readonly string[]): string[] => {
	if (names.length === 0) return [];
	const install = `apt-get install --yes --no-install-recommends ${names.join(' ')}`;
	return [run(`apt-get update && ${install} && rm -rf /var/lib/apt/lists/*`)];
};

/** Build variables, from here on in this stage; their values never reach another one. */
export const buildVariables = (names: readonly string[]): string[] => names.map(name => `ARG ${name}`);

/** Variables of a stage, without those that the descriptor hands in: an ENV line would hide them. */
export function environment(values: Readonly<Record<string, string>>, given: readonly string[] = []): string[] {
	const words = Object.entries(values)
		.filter(([name]) => !given.includes(name))
		.map(([name, value]) => `${name}=${value}`);
	return words.length > 0 ? [`ENV ${words.join(' ')}`] : [];
}

/** The container's command: without a shell where none is needed. */
export const startWith = (command: string | undefined): string[] => {
	if (command === undefined) return [];
	const words = isPlainCommand(command) ? command.split(/ +/) : ['/bin/sh', '-c', replaceShell(command)];
	return [`CMD ${JSON.stringify(words)}`];
};

/** A user of its own that the image runs as, for bases that bring none. */
export const appUser = 'app';
export const addAppUser = run(`useradd --create-home --uid 1000 ${appUser}`);

/** Puts stages together. */
export const writeStages = (stages: readonly (readonly string[])[]): string =>
	`${stages
		.filter(lines => lines.length > 0)
		.map(lines => lines.join('\n'))
		.join('\n\n')}\n`;
