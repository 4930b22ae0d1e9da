import {createHash} from 'node:crypto';
import {createSourceFiles, type SourceFiles} from '../detect/source-files.ts';
import type {HashedContext, HashedFile} from './content-hash.ts';
import type {Context} from './context.ts';
import type {ContextFile} from './context-entry.ts';
import {changedError, readSourceFile} from './open-file.ts';

const activity = 'read';

/** Largest file that detection reads, in bytes. Lock files of large workspaces have several megabytes. */
const sizeLimit = 16_000_000;

const read = ({source, path, identity}: ContextFile): Buffer =>
	readSourceFile({source, name: path, activity, identity}, sizeLimit);

const toText = (content: Buffer): string => content.toString().replace(/^\uFEFF/, '');

function filesOf<T extends ContextFile>(
	entries: readonly (T | Exclude<Context['entries'][number], ContextFile>)[],
	readText: (file: T) => Promise<string>,
): SourceFiles {
	const files = new Map(entries.filter((entry): entry is T => entry.type === 'file').map(file => [file.path, file]));
	const paths = entries.filter(entry => entry.type !== 'directory').map(({path}) => path);
	return createSourceFiles(paths, async path => {
		const file = files.get(path);
		return file && readText(file);
	});
}

/** The files of a context. Reading throws a UserError if a file has changed since it was listed. */
export const listedFiles = ({entries}: Pick<Context, 'entries'>): SourceFiles =>
	filesOf<ContextFile>(entries, async file => toText(read(file)));

/** The files of a hashed context. Reading throws a UserError if a file no longer matches its hash. */
export const contextFiles = ({entries}: Pick<HashedContext, 'entries'>): SourceFiles =>
	filesOf<HashedFile>(entries, async file => {
		const content = read(file);
		if (createHash('sha256').update(content).digest('hex') !== file.hash) throw changedError(file.path, activity);
		return toText(content);
	});
