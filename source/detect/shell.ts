import {readProcfile} from './procfile.ts';
import type {SourceFiles} from './source-files.ts';

/** Start command of a source without a known language: Procfile, else start.sh. */
export const findShellStart = async (files: SourceFiles): Promise<string | undefined> =>
	(await readProcfile(files)) ?? (files.has('start.sh') ? 'sh start.sh' : undefined);
