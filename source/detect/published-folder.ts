import {UserError} from '../errors.ts';
import type {SourceFiles} from './source-files.ts';

/** The published folder of a source that needs no build. */
export type Published = {
	/** Empty for the root. */
	readonly folder: string;
	/** Whether unknown paths serve index.html, if the Staticfile says so. */
	readonly isSinglePage?: boolean;
};

function parseStaticfile(text: string): {readonly root?: string; readonly isSinglePage?: boolean} {
	const value = (key: string) =>
		new RegExp(`^${key}\\s*:\\s*["']?([^"'#\\r\\n]*?)["']?\\s*(?:#.*)?$`, 'm').exec(text)?.[1];
	const fallback = value('index_fallback');
	return {root: value('root') || undefined, ...(fallback !== undefined && {isSinglePage: fallback === 'true'})};
}

/**
 * The folder to publish: the Staticfile's root, else `public`, else the source's root. Throws a UserError if the
 * Staticfile names a folder outside the source.
 */
export async function readPublished(files: SourceFiles): Promise<Published> {
	const {root, ...options} = parseStaticfile((await files.read('Staticfile')) ?? '');
	if (root === undefined) return {folder: files.hasFolder('public') ? 'public' : '', ...options};
	const folder = root.replace(/^(?:\.\/)+|^\.$/, '').replace(/\/+$/, '');
	if (folder.split('/').includes('..') || folder.startsWith('/') || !files.hasFolder(folder)) {
		throw new UserError(`root "${root}" in the Staticfile is not a folder of the source.`);
	}
	return {folder, ...options};
}
