import {readdir, readFile, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {readContext} from '../build/context.ts';
import {listedFiles} from '../build/context-files.ts';
import {selectSource, serviceFolderOf} from '../build/select-source.ts';
import {createSourceFiles, type SourceFiles} from '../detect/source-files.ts';

const sizeLimit = 1_000_000;

/** Text of a file; undefined when it is missing, too large or no file. */
async function readText(file: string): Promise<string | undefined> {
	try {
		const {size} = await stat(file);
		return size > sizeLimit ? undefined : await readFile(file, 'utf8');
	} catch {
		return undefined;
	}
}

/**
 * A folder without what is in its subfolders, which are listed as `NAME/`: enough to tell whether it looks like a
 * service. A folder that cannot be read is empty.
 */
export async function readShallow(folder: string): Promise<SourceFiles> {
	const entries = await readdir(folder, {withFileTypes: true}).catch(() => []);
	const paths = entries.map(entry => (entry.isDirectory() ? `${entry.name}/` : entry.name));
	return createSourceFiles(paths, path => readText(join(folder, path)));
}

/** Names of the folders in a folder, sorted. */
export async function foldersOf(directory: string): Promise<string[]> {
	const entries = await readdir(directory, {withFileTypes: true}).catch(() => []);
	return entries
		.filter(entry => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
		.map(({name}) => name)
		.sort();
}

/** The source of a service, as a build would see it. */
export type ServiceSource = {
	readonly files: SourceFiles;
	/** Folder of the service in the source, empty if it is the root. */
	readonly serviceFolder: string;
};

/** Reads what a build of a service would read. Throws a UserError where the build would. */
export async function readServiceSource(
	directory: string,
	path: string,
	include: readonly string[],
): Promise<ServiceSource> {
	const selection = await selectSource({directory}, {name: path, path, build: {include: [...include]}});
	return {files: listedFiles(await readContext(selection)), serviceFolder: serviceFolderOf(selection)};
}
