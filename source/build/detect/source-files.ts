import {createHash} from 'node:crypto';
import type {HashedContext, HashedFile} from '../content-hash.ts';
import {changedError, readSmallFile} from '../open-file.ts';

/** A detector's view of a source: the paths in the build, and their text. */
export type SourceFiles = {
	/** Paths of files and links, with `/` as separator. */
	readonly paths: readonly string[];
	readonly has: (path: string) => boolean;
	/** Whether this folder contains a file; the empty path is the root. */
	readonly hasFolder: (path: string) => boolean;
	/** The text of a file; undefined if it does not exist. */
	readonly read: (path: string) => Promise<string | undefined>;
};

/** Makes a view from paths and a function that reads one of them. */
export function createSourceFiles(
	paths: readonly string[],
	read: (path: string) => Promise<string | undefined>,
): SourceFiles {
	const files = new Set(paths);
	const folders = new Set(['']);
	for (const path of paths) {
		for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
			const folder = path.slice(0, end);
			if (folders.has(folder)) break;
			folders.add(folder);
		}
	}
	return {paths, has: path => files.has(path), hasFolder: path => folders.has(path), read};
}

async function readHashed(file: HashedFile): Promise<string> {
	const activity = 'read';
	const content = await readSmallFile({source: file.source, name: file.path, activity, identity: file.identity});
	if (createHash('sha256').update(content).digest('hex') !== file.hash) throw changedError(file.path, activity);
	return content.toString().replace(/^\uFEFF/, '');
}

/** The files of a context. Reading throws a UserError if a file no longer matches its hash. */
export function contextFiles(context: Pick<HashedContext, 'entries'>): SourceFiles {
	const files = new Map(context.entries.filter(entry => entry.type === 'file').map(file => [file.path, file]));
	const paths = context.entries.filter(entry => entry.type !== 'directory').map(({path}) => path);
	return createSourceFiles(paths, async path => {
		const file = files.get(path);
		return file && readHashed(file);
	});
}

/** The view of one folder: paths are relative to it, and files outside are hidden. */
export function filesBelow(files: SourceFiles, folder: string): SourceFiles {
	if (folder === '') return files;
	const prefix = `${folder}/`;
	const paths = files.paths.filter(path => path.startsWith(prefix)).map(path => path.slice(prefix.length));
	return createSourceFiles(paths, path => files.read(prefix + path));
}
