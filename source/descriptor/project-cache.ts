import {createHash} from 'node:crypto';
import {lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {replaceCacheFile} from '../cache-file.ts';
import type {DescriptorFiles} from './files-hash.ts';
import type {Project} from './project.ts';

/** Folder of the cache, and the build that wrote it: another build may have other rules and does not use it. */
export type ProjectCache = {readonly folder: string; readonly build: string};

/** What a project was read from. */
type Origin = {readonly directory: string; readonly ascent: number; readonly hash: string};

/** Maximum number of files, one per folder with a descriptor; the oldest are deleted. */
const keptFiles = 100;

/**
 * The user's cache; undefined without a home folder, and when the program runs from source, whose rules may change at any
 * time. It is in the home folder, because next to the descriptor a repository could supply a project that does not match
 * its compartment.yml.
 */
export function findProjectCache(): ProjectCache | undefined {
	// Set by the build (vite.config.ts).
	const build = process.env['COMPARTMENT_BUILD'];
	const {XDG_CACHE_HOME, HOME, LOCALAPPDATA} = process.env;
	const caches = XDG_CACHE_HOME || LOCALAPPDATA || (HOME && join(HOME, '.cache'));
	return build && caches ? {folder: join(caches, 'compartment', 'projects'), build} : undefined;
}

/** Whether both files could be read, so that a hash identifies them. */
export const isCacheable = ({descriptor, routes}: DescriptorFiles): boolean =>
	descriptor.kind === 'bytes' && routes.kind !== 'refused';

const fileOf = ({folder}: ProjectCache, directory: string): string =>
	join(folder, `${createHash('sha256').update(directory).digest('hex').slice(0, 32)}.json`);

/** Whether only this user can write to a path. */
function isOwn(path: string): boolean {
	const {uid, mode} = lstatSync(path);
	return (process.getuid === undefined || uid === process.getuid()) && (mode & 0o022) === 0;
}

/** The cached project of these files; undefined if there is none. */
export function readCachedProject(cache: ProjectCache, origin: Origin): Project | undefined {
	try {
		const file = fileOf(cache, origin.directory);
		if (!isOwn(cache.folder) || !isOwn(file)) return undefined;
		const {build, ascent, project} = JSON.parse(readFileSync(file, 'utf8'));
		const isSame = build === cache.build && ascent === origin.ascent && project.hash === origin.hash;
		return isSame && project.directory === origin.directory ? project : undefined;
	} catch {
		// Missing or damaged: the files are read instead.
		return undefined;
	}
}

/** Caches a project. A failed write does not fail the command. */
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
