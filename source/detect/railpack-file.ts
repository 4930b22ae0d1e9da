import {joinPath, type SourceFiles} from './source-files.ts';

/**
 * Says that the settings of the Railpack CLI count for nothing where the built-in builder builds. Empty without such a
 * file, in the root of the source and in the service's folder.
 */
export function ignoredSettings(files: SourceFiles, serviceFolder: string): string[] {
	const path = ['', serviceFolder].map(folder => joinPath(folder, 'railpack.json')).find(files.has);
	if (path === undefined) return [];
	return [`${path} is read by the Railpack CLI only, so it does nothing here`];
}
