import {createHash} from 'node:crypto';
import {lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {replaceCacheFile} from '../cache-file.ts';
import type {DescriptorFiles} from './files-hash.ts';
import type {Project} from './project.ts';

/** Folder of the cache and what was built: a program with other rules reads the files anew. */
export type ProjectCache = {readonly folder: string; readonly build: string};

/** What a project was read from. */
type Origin = {readonly directory: string; readonly ascent: number; readonly hash: string};

/** One file for each folder that has a descriptor; those that were read longest ago go. */
const keptFiles = 100;

/**
 * The cache of this user; undefined where no home folder is known, and for a program that was not built, whose rules may
 * change at any moment. It is in the home folder and not beside the descriptor, where a repository could bring along a
 * project that its compartment.yml does not describe.
 */
export function findProjectCache(): ProjectCache | undefined {
	// Replaced when it is built (vite.config.ts).
	const build = process.env['COMPARTMENT_BUILD'];
	const {XDG_CACHE_HOME, HOME, LOCALAPPDATA} = process.env;
	const caches = XDG_CACHE_HOME || LOCALAPPDATA || (HOME && join(HOME, '.cache'));
	return build && caches ? {folder: join(caches, 'compartment', 'projects'), build} : undefined;
}

/** Only regular files have content that a hash can stand for: what was refused is refused with its own message. */
export const isCacheable = ({descriptor, routes}: DescriptorFiles): boolean =>
	descriptor.kind === 'bytes' && routes.kind !== 'refused';

const fileOf = ({folder}: ProjectCache, directory: string): string =>
	join(folder, `${createHash('sha256').update(directory).digest('hex').slice(0, 32)}.json`);

/** Others must not be able to put a project there. */
function isOwn(path: string): boolean {
	const {uid, mode} = lstatSync(path);
	return (process.getuid === undefined || uid === process.getuid()) && (mode & 0o022) === 0;
}

/** The project that these files were read as before; undefined when it is not known. */
export function readCachedProject(cache: ProjectCache, origin: Origin): Project | undefined {
	try {
		const file = fileOf(cache, origin.directory);
		if (!isOwn(cache.folder) || !isOwn(file)) return undefined;
		const {build, ascent, project} = JSON.parse(readFileSync(file, 'utf8'));
		const isSame = build === cache.build && ascent === origin.ascent && project.hash === origin.hash;
		return isSame && project.directory === origin.directory ? project : undefined;
	} catch {
		// Missing or broken: the files are read, which costs time and nothing else.
		return undefined;
	}
}

/** Remembers what the files were read as. Failing to is no failure of the command. */
export function writeCachedProject(cache: ProjectCache, ascent: number, project: Project): void {
	const {folder, build} = cache;
	try {
		mkdirSync(folder, {recursive: true, mode: 0o700});
		if (!isOwn(folder)) return;
		replaceCacheFile(fileOf(cache, project.directory), JSON.stringify({build, ascent, project}));
		removeOldest(folder);
	} catch {}
}

function removeOldest(folder: string): void {
	const names = readdirSync(folder);
	if (names.length <= keptFiles) return;
	const files = names.map(name => join(folder, name)).map(file => ({file, changedAt: statSync(file).mtimeMs}));
	files.sort((a, b) => b.changedAt - a.changedAt);
	for (const {file} of files.slice(keptFiles)) rmSync(file, {force: true});
}
