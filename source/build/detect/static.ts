import {UserError} from '../../errors.ts';
import {checkPlainPath, joinPath, sourceFolder, writeStages} from './dockerfile-lines.ts';
import type {BuildWishes, Recipe, Stack} from './recipe.ts';
import {filesBelow, type SourceFiles} from './source-files.ts';
import {serveFiles} from './static-server.ts';

/** Publishes a folder of the source as it is. */
export function publishFolder(folder: string, options: {readonly isSinglePage?: boolean} = {}): Recipe {
	checkPlainPath(folder);
	const {stages, files} = serveFiles({folder: joinPath(sourceFolder, folder), ...options});
	return {versions: {}, commands: {serve: folder || '.'}, dockerfile: writeStages(stages), files, notes: []};
}

type Staticfile = {readonly root?: string; readonly isSinglePage?: boolean};

function parseStaticfile(text: string): Staticfile {
	const value = (key: string) =>
		new RegExp(`^${key}\\s*:\\s*["']?([^"'#\\r\\n]*?)["']?\\s*(?:#.*)?$`, 'm').exec(text)?.[1];
	const fallback = value('index_fallback');
	return {root: value('root') || undefined, ...(fallback !== undefined && {isSinglePage: fallback === 'true'})};
}

/** The folder to publish: the Staticfile's root, else `public`, else the source's root. It must be inside the source. */
function publishedFolder(files: SourceFiles, root: string | undefined): string {
	if (root === undefined) return files.hasFolder('public') ? 'public' : '';
	const folder = root.replace(/^(?:\.\/)+|^\.$/, '').replace(/\/+$/, '');
	if (folder.split('/').includes('..') || folder.startsWith('/') || !files.hasFolder(folder)) {
		throw new UserError(`root "${root}" in the Staticfile is not a folder of the source.`);
	}
	return folder;
}

/** Static files that need no build. */
export const staticStack: Stack = {
	name: 'static files',
	lookedFor: 'Staticfile, public/, index.html',
	detect: files => files.has('Staticfile') || files.has('index.html') || files.hasFolder('public'),
	async write({files: all, folder}: BuildWishes) {
		const files = filesBelow(all, folder);
		const staticfile = parseStaticfile((await files.read('Staticfile')) ?? '');
		const {root, ...options} = staticfile;
		return publishFolder(joinPath(folder, publishedFolder(files, root)), options);
	},
};
