import {type Dirent, fstatSync, lstatSync, readdirSync, readlinkSync, realpathSync} from 'node:fs';
import path from 'node:path';
import {setImmediate} from 'node:timers/promises';
import {steadyNow} from '../clock.ts';
import {UserError} from '../errors.ts';
import {type ContextEntry, fileEntry} from './context-entry.ts';
import type {DockerignoreRules} from './docker-ignore.ts';
import {type GitignoreLevel, isGitignored, levelsInside, parseGitignore, withoutRulesAgainst} from './git-ignore.ts';
import {changedError, readSourceFile} from './open-file.ts';
import {codeOf, isInside, isPrivateName, relativePath, type SourcePath} from './paths.ts';
import type {SourceSelection} from './select-source.ts';

export type Walk = {
	readonly selection: SourceSelection;
	/** The selected directory or file to walk. */
	readonly source: SourcePath;
	readonly dockerignore: DockerignoreRules | undefined;
	/** Whether to leave out folders with installed dependencies, because the build installs them again. */
	readonly isInstalling: boolean;
	/** Entries by their path in the context; the walk adds to them. */
	readonly found: Map<string, ContextEntry>;
	/** Called for every folder that is read, with the names in it that are left out; the walk adds to them. */
	readonly onFolder?: ((directory: string, leftOut: ReadonlySet<string>) => void) | undefined;
};

/** Milliseconds of synchronous reading after which the walk yields, so that the screen stays responsive. */
const sliceMs = 10;

/** Folder of installed dependencies → files that such a folder is installed beside. */
const installedBeside: Readonly<Record<string, readonly string[]>> = {
	node_modules: ['package.json'],
	'.venv': ['requirements.txt', 'pyproject.toml', 'Pipfile'],
	venv: ['requirements.txt', 'pyproject.toml', 'Pipfile'],
};

const isInstalled = (name: string, siblings: ReadonlySet<string>): boolean =>
	name === '__pycache__' ||
	(Object.hasOwn(installedBeside, name) && installedBeside[name]!.some(file => siblings.has(file)));

const descriptorNames = new Set(['compartment.yml', 'compartment.routes.yml']);

const refusal = ({source}: Walk, rule: string, hint?: string) =>
	new UserError(`${source.label} "${source.given}" ${rule}`, {hint});

/** Runs a synchronous read. Throws a UserError if the file is gone since it was listed, or may not be read. */
function look<T>(name: string, read: () => T): T {
	try {
		return read();
	} catch (error) {
		if (name.includes('\uFFFD')) throw new UserError(`"${name}" has a name that is not valid UTF-8.`);
		if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') throw changedError(name, 'read');
		throw new UserError(`"${name}" cannot be read (${codeOf(error)}).`, {cause: error});
	}
}

/** The target of a symlink, if neither its text nor its real path leaves the context root. */
function safeTarget(root: string, link: string): string | undefined {
	const target = readlinkSync(link);
	if (path.isAbsolute(target) || !isInside(root, path.resolve(path.dirname(link), target))) return undefined;
	try {
		return isInside(root, realpathSync.native(link)) ? target : undefined;
	} catch {
		// A dangling or circular link leads to nothing outside.
		return target;
	}
}

/** The files that our own output is redirected to (`compartment apply > apply.log`), which change with every line. */
const outputs = [1, 2].flatMap(descriptor => {
	try {
		const stats = fstatSync(descriptor);
		return stats.isFile() ? [stats] : [];
	} catch {
		// The descriptor is closed.
		return [];
	}
});

const isOwnOutput = ({dev, ino}: {readonly dev: number; readonly ino: number}): boolean =>
	outputs.some(output => output.dev === dev && output.ino === ino);

/** Adds a file or a symlink. False for the file that our own output goes to. */
function addEntry(walk: Walk, child: Dirent, source: string): boolean {
	const {root} = walk.selection;
	const name = relativePath(root, source);
	if (child.isSymbolicLink()) {
		const target = look(name, () => safeTarget(root, source));
		const shown = relativePath(walk.source.path, source);
		if (target === undefined) throw refusal(walk, `must not include symlink entry "${shown}".`);
		walk.found.set(name, {type: 'link', path: name, mode: 0o777, target});
		return true;
	}
	const stats = look(name, () => lstatSync(source));
	if (!stats.isFile()) {
		const shown = relativePath(walk.source.path, source);
		throw refusal(
			walk,
			`must not include "${shown}": only files, directories and symlinks can be packed.`,
			`Add ${shown} to .gitignore if the build does not need it.`,
		);
	}
	if (isOwnOutput(stats)) return false;
	walk.found.set(name, fileEntry(name, source, stats));
	return true;
}

function readLevel(boundary: string, directory: string): GitignoreLevel {
	const prefix = relativePath(boundary, directory);
	const source = path.join(directory, '.gitignore');
	const name = relativePath(boundary, source);
	const content = readSourceFile({source, name, activity: 'read'});
	return parseGitignore(prefix === '' ? '' : `${prefix}/`, content.toString());
}

/** The .gitignore files above the walked source, from the boundary down. */
function levelsAbove(boundary: string, source: string): GitignoreLevel[] {
	const levels: GitignoreLevel[] = [];
	for (let current = source; current !== boundary; ) {
		current = path.dirname(current);
		const stats = look(current, () => lstatSync(path.join(current, '.gitignore'), {throwIfNoEntry: false}));
		if (stats?.isFile()) levels.unshift(readLevel(boundary, current));
	}
	return levels;
}

async function walkDirectory(
	walk: Walk,
	directory: string,
	above: readonly GitignoreLevel[],
	pause: () => Promise<void>,
) {
	await pause();
	const {selection, dockerignore} = walk;
	const name = relativePath(selection.root, directory);
	const leftOut = new Set<string>();
	walk.onFolder?.(directory, leftOut);
	const children = look(name, () => readdirSync(directory, {withFileTypes: true}));
	// If the folder was replaced by a symlink after it was listed, its real path differs.
	if (look(name, () => realpathSync.native(directory)) !== directory) throw changedError(name, 'read');

	const ownRules = children.find(child => child.name === '.gitignore')?.isFile();
	const levels = ownRules ? [...above, readLevel(selection.boundary, directory)] : above;
	const isEmpty = children.length === 0 && !(name !== '' && dockerignore?.isIgnored(name));
	if (isEmpty && name !== '') walk.found.set(name, {type: 'directory', path: name, mode: 0o755});

	const names = new Set(children.map(child => child.name));
	const isLeftOut = (child: Dirent, source: string): boolean => {
		if (isPrivateName(child.name)) return true;
		if (walk.isInstalling && child.isDirectory() && isInstalled(child.name, names)) return true;
		if (directory === selection.projectDirectory && descriptorNames.has(child.name)) return true;
		if (isGitignored(levels, relativePath(selection.boundary, source), child.isDirectory())) return true;
		const inContext = relativePath(selection.root, source);
		if (!dockerignore?.isIgnored(inContext)) return false;
		return !(child.isDirectory() && dockerignore.mayReinclude(inContext));
	};
	for (const child of children) {
		const source = path.join(directory, child.name);
		if (isLeftOut(child, source)) leftOut.add(child.name);
		else if (child.isDirectory())
			await walkDirectory(walk, source, levelsInside(levels, relativePath(selection.boundary, source)), pause);
		else if (!addEntry(walk, child, source)) leftOut.add(child.name);
	}
}

/**
 * Adds a selected file, or everything in a selected directory that is not ignored, to `found`. Leaves out version
 * control, our own state and the descriptor files, whose changes are not changes of the source. Throws a UserError for
 * symlinks that leave the context root and for sockets, pipes and devices.
 */
export async function walkSource(walk: Walk): Promise<void> {
	const {selection, source} = walk;
	if (source.type === 'file') {
		const name = relativePath(selection.root, source.path);
		walk.found.set(
			name,
			fileEntry(
				name,
				source.path,
				look(name, () => lstatSync(source.path)),
			),
		);
		return;
	}
	let sliceEnd = steadyNow() + sliceMs;
	const pause = async () => {
		if (steadyNow() < sliceEnd) return;
		await setImmediate();
		sliceEnd = steadyNow() + sliceMs;
	};
	const above = levelsAbove(selection.boundary, source.path);
	const inBoundary = relativePath(selection.boundary, source.path);
	await walkDirectory(walk, source.path, withoutRulesAgainst(above, inBoundary, true), pause);
}
