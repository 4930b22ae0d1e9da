import {posix} from 'node:path';
import {walkPath} from '../descriptor/paths.ts';
import type {FileBytes} from '../descriptor/yaml/bytes.ts';

/**
 * Reads a file beside the imported one, by its path relative to that folder. Whoever makes it confines it to the folder, or to the
 * repository around it: everything else is `refused`.
 */
export type ReadFile = (path: string) => FileBytes;

/** Whether a text is a path of this machine that is relative to a folder. */
export const isRelative = (path: string): boolean => walkPath(path) !== undefined && !/^[~$]|:\/\//.test(path);

/** A relative path as seen from the folder above: `./a` in `b` is `b/a`. Others are unchanged. */
export const joined = (folder: string, path: string): string =>
	isRelative(path) ? posix.join(folder, path).replace(/(?<=.)\/$/, '') : path;

/** A path as compartment.yml writes it: `./a`, `.` or `../a`. */
export const written = (path: string): string => (/^\.{1,2}(?:\/|$)/.test(path) ? path : `./${path}`);
