import {mkdirSync, writeFileSync} from 'node:fs';
import {join, relative} from 'node:path';
import {findPlace} from '../descriptor/discover.ts';
import {messageOf, UserError} from '../errors.ts';
import {ensureDirectory} from '../state/directory.ts';

/**
 * Writes a log beside the state of its environment, readable by its owner only, and returns the relative path. A file
 * among the sources would be part of the next build.
 */
export function saveLog(environment: string, name: string, text: string): string {
	const {directory} = findPlace(process.cwd());
	try {
		const folder = join(ensureDirectory(directory, environment).path, 'logs');
		mkdirSync(folder, {recursive: true, mode: 0o700});
		const path = join(folder, name);
		writeFileSync(path, text, {flag: 'wx', mode: 0o600});
		return relative(process.cwd(), path);
	} catch (error) {
		throw new UserError(`Cannot save the log: ${messageOf(error)}`);
	}
}
