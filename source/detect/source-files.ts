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

/** The view of one folder: paths are relative to it, and files outside are hidden. */
export function filesBelow(files: SourceFiles, folder: string): SourceFiles {
	if (folder === '') return files;
	const prefix = `${folder}/`;
	const paths = files.paths.filter(path => path.startsWith(prefix)).map(path => path.slice(prefix.length));
	return createSourceFiles(paths, path => files.read(prefix + path));
}

/** Joins the non-empty parts of a path. */
export const joinPath = (...parts: readonly string[]): string => parts.filter(part => part !== '').join('/');
