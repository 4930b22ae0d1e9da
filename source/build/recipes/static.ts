import {readPublished} from '../../detect/published-folder.ts';
import {filesBelow, joinPath} from '../../detect/source-files.ts';
import {sourceFolder} from '../dockerfile-place.ts';
import {checkPlainPath, writeStages} from './dockerfile-lines.ts';
import type {BuildWishes, Recipe} from './recipe.ts';
import {serveFiles} from './static-server.ts';

/** Publishes a folder of the source as it is. */
export function publishFolder(folder: string, options: {readonly isSinglePage?: boolean} = {}): Recipe {
	checkPlainPath(folder);
	const {stages, files} = serveFiles({folder: joinPath(sourceFolder, folder), ...options});
	return {versions: {}, commands: {serve: folder || '.'}, dockerfile: writeStages(stages), files, notes: []};
}

/** Static files that need no build. */
export async function writeStaticFiles({files, folder}: BuildWishes): Promise<Recipe> {
	const {folder: published, ...options} = await readPublished(filesBelow(files, folder));
	return publishFolder(joinPath(folder, published), options);
}
