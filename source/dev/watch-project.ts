import {realpathSync} from 'node:fs';
import {findSourceFolders, type IsRead, type SourceFolders} from '../build/source-folders.ts';
import {descriptorFile, routesFile} from '../descriptor/names.ts';
import type {Project} from '../descriptor/project.ts';
import type {Watcher} from './watcher.ts';

const isDescriptor: IsRead = name => name === descriptorFile || name === routesFile;

function withDescriptor(folders: SourceFolders, directory: string): SourceFolders {
	const folder = realpathSync.native(directory);
	const isSource = folders.get(folder);
	return new Map([...folders, [folder, (name: string) => isDescriptor(name) || isSource?.(name) === true]]);
}

/** How often folders are listed again while new ones appear. More appear during the next burst of changes. */
const mostRounds = 5;

/**
 * Watches everything that a plan of the project reads from its folder. Whatever is written after this is reported, and whatever was
 * written before is read by a plan that begins after this: a new folder may have been filled before it was watched, so the folders
 * are listed again until none is new.
 */
export async function watchProject(
	watcher: Pick<Watcher, 'update'>,
	project: Pick<Project, 'directory' | 'services'>,
): Promise<void> {
	for (let round = 0; round < mostRounds; round++)
		if (!watcher.update(withDescriptor(await findSourceFolders(project), project.directory))) return;
}
