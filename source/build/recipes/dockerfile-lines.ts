import {joinPath} from '../../detect/source-files.ts';
import {UserError} from '../../errors.ts';
import {sourceFolder} from '../dockerfile-place.ts';
import {isPlainCommand, replaceShell} from './shell-command.ts';

/** Folder of the source in every stage. */
export const appFolder = '/app';

// Docker interprets $, \, quotes and wildcards in paths, and none of them can be escaped everywhere.
const plainPath = /^[\p{L}\p{N}\p{M} ._/@+~,=#%&()!:;-]*$/u;

/** Whether a path can be written into a Dockerfile without escaping. */
const isPlainPath = (path: string): boolean => plainPath.test(path);

/** Throws a UserError if a Dockerfile cannot name this path. */
export function checkPlainPath(path: string): void {
	if (isPlainPath(path)) return;
	throw new UserError(`The built-in builder cannot use the path ${JSON.stringify(path)}.`, {
		hint: 'Rename it using only letters, digits, dots and dashes, or add a Dockerfile.',
	});
}

/** Absolute path of a source folder in a stage. */
export const placeOf = (folder: string): string => {
	checkPlainPath(folder);
	return joinPath(appFolder, folder);
};

type CopyOptions = {readonly from?: string; readonly owner?: string};

/** A `COPY` instruction in the form that the paths need. The sources are paths in the archive or in the stage `from`. */
export function copy(sources: readonly string[], target: string, {from, owner}: CopyOptions = {}): string {
	for (const path of [...sources, target]) checkPlainPath(path);
	const flags = [from && `--from=${from}`, owner && `--chown=${owner}:${owner}`].filter(Boolean);
	const paths = [...sources, target];
	const isSimple = paths.every(path => /^[\w./@+-]+$/.test(path));
	return ['COPY', ...flags, isSimple ? paths.join(' ') : JSON.stringify(paths)].join(' ');
}

/** Copies source files to the same paths below the app folder, with one instruction per folder. */
export function copyFiles(paths: readonly string[]): string[] {
	const folders = new Map<string, string[]>();
	for (const path of paths) {
		const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
		folders.set(folder, [...(folders.get(folder) ?? []), `${sourceFolder}/${path}`]);
	}
	return [...folders].map(([folder, sources]) => copy(sources, `${placeOf(folder)}/`));
}

export const copySource = (options: CopyOptions = {}): string => copy([`${sourceFolder}/`], `${appFolder}/`, options);

/** A cache mount, kept between builds; `isLocked` for tools that cannot share it between concurrent builds. */
export type CacheMount = {readonly target: string; readonly isLocked?: boolean};

const mount = ({target, isLocked}: CacheMount) =>
	`--mount=type=cache,target=${target}${isLocked ? ',sharing=locked' : ''}`;

/** A `RUN` instruction for any shell command. */
export function run(command: string, caches: readonly CacheMount[] = []): string {
	const isSimple = !/[\r\n]|<<|\\\s*$|^\s*[[-]/.test(command);
	const shown = isSimple ? command : JSON.stringify(['/bin/sh', '-c', command]);
	return ['RUN', ...caches.map(mount), shown].join(' ');
}

/** Removes the mounts, for a builder that does not support them. Only for text generated here. */
export const withoutMounts = (dockerfile: string): string => dockerfile.replace(/^RUN (?:--mount=\S+ )+/gm, 'RUN ');

/** Installs Debian packages; no line if there are none. */
export const installPackages = (names: readonly string[]): string[] => {
	if (names.length === 0) return [];
	const install = `apt-get install --yes --no-install-recommends ${names.join(' ')}`;
	return [run(`apt-get update && ${install} && rm -rf /var/lib/apt/lists/*`)];
};

/** Declares build variables for the rest of this stage; other stages do not see them. */
export const buildVariables = (names: readonly string[]): string[] => names.map(name => `ARG ${name}`);

/** ENV lines of a stage, without the variables that the descriptor passes in, which an ENV would override. */
export function environment(values: Readonly<Record<string, string>>, given: readonly string[] = []): string[] {
	const words = Object.entries(values)
		.filter(([name]) => !given.includes(name))
		.map(([name, value]) => `${name}=${value}`);
	return words.length > 0 ? [`ENV ${words.join(' ')}`] : [];
}

/** The container's command, without a shell if none is needed. */
export const startWith = (command: string | undefined): string[] => {
	if (command === undefined) return [];
	const words = isPlainCommand(command) ? command.split(/ +/) : ['/bin/sh', '-c', replaceShell(command)];
	return [`CMD ${JSON.stringify(words)}`];
};

/** An unprivileged user for base images that have none. */
export const appUser = 'app';
export const addAppUser = run(`useradd --create-home --uid 1000 ${appUser}`);

/** Joins stages into a Dockerfile. */
export const writeStages = (stages: readonly (readonly string[])[]): string =>
	`${stages
		.filter(lines => lines.length > 0)
		.map(lines => lines.join('\n'))
		.join('\n\n')}\n`;
