import {lstatSync} from 'node:fs';
import path from 'node:path';
import {type ContextEntry, fileEntry} from './context-entry.ts';
import type {DockerignoreRules} from './docker-ignore.ts';
import {readSourceFile} from './open-file.ts';
import {isInside, lookAt, relativePath} from './paths.ts';
import type {SourceSelection} from './select-source.ts';
import {type Walk, walkSource} from './walk-source.ts';

/** The files of a build, sorted by path; folders come before their contents. */
export type Context = {
	/** Real path of the context root. */
	readonly root: string;
	readonly entries: readonly ContextEntry[];
	/** Path of the Dockerfile in the context, if the build has one. */
	readonly dockerfile: string | undefined;
};

/** Path in the archive of a Dockerfile that is outside the context root. */
const outsideDockerfile = '.compartment.Dockerfile';

async function readDockerignore(root: string, dockerfile: string): Promise<DockerignoreRules | undefined> {
	for (const source of [`${dockerfile}.dockerignore`, path.join(root, '.dockerignore')]) {
		if (!lookAt(source)?.isFile()) continue;
		const name = isInside(root, source) ? relativePath(root, source) : path.basename(source);
		const content = readSourceFile({source, name, activity: 'read'});
		const {parseDockerignore} = await import('./docker-ignore.ts');
		return parseDockerignore(content.toString(), name);
	}
	return undefined;
}

/** Adds the parent folders of every entry, and sorts. */
function complete(found: ReadonlyMap<string, ContextEntry>): ContextEntry[] {
	const all = new Map(found);
	for (const name of found.keys()) {
		for (let end = name.lastIndexOf('/'); end > 0; end = name.lastIndexOf('/', end - 1)) {
			const parent = name.slice(0, end);
			if (all.has(parent)) break;
			all.set(parent, {type: 'directory', path: parent, mode: 0o755});
		}
	}
	return [...all.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * Lists the context of a service: the selected files, except those ignored by .gitignore files (at every level, from the
 * boundary down) and, for a Dockerfile build, by .dockerignore. `dockerfile` is the real path of the Dockerfile, which is
 * always included. Without one, folders with installed dependencies are left out, because the build installs them.
 * Folders in which everything is ignored are left out too; empty ones are kept.
 */
export async function readContext(
	selection: SourceSelection,
	dockerfile?: string,
	onFolder?: Walk['onFolder'],
): Promise<Context> {
	const {root} = selection;
	const dockerignore = dockerfile === undefined ? undefined : await readDockerignore(root, dockerfile);
	const isInstalling = dockerfile === undefined;
	const found = new Map<string, ContextEntry>();
	for (const source of selection.selected)
		await walkSource({selection, source, dockerignore, isInstalling, found, onFolder});
	if (dockerfile === undefined) return {root, entries: complete(found), dockerfile: undefined};

	const place = isInside(root, dockerfile) ? relativePath(root, dockerfile) : outsideDockerfile;
	if (!found.has(place)) found.set(place, fileEntry(place, dockerfile, lstatSync(dockerfile)));
	return {root, entries: complete(found), dockerfile: place};
}
