import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {messageOf, UserError} from '../errors.ts';
import {configurationDirectory} from './configuration-directory.ts';

/** The settings file as it was read. */
export type SettingsFile = {
	readonly path: string;
	/** Empty without a file. */
	readonly text: string;
	/** Its JSON object, unchecked. */
	readonly stored: Readonly<Record<string, unknown>>;
};

const settingsPath = (env: NodeJS.ProcessEnv = process.env): string =>
	join(configurationDirectory(env), 'settings.json');

const repair = 'Correct the file, or remove it to return to the defaults.';

/**
 * Reads the settings file. Without one, or with an empty one, nothing is stored.
 * @throws UserError when it cannot be read, or with line and column when it holds no JSON object
 */
export async function readSettingsFile(env: NodeJS.ProcessEnv = process.env): Promise<SettingsFile> {
	const path = settingsPath(env);
	const text = readText(path);
	if (text.trim() === '') return {path, text, stored: {}};
	let stored: unknown;
	try {
		stored = JSON.parse(text);
	} catch (error) {
		// What follows repeats the text, or says its offset.
		const cause = messageOf(error).replace(/(?:, ["'.].* is not valid JSON| in JSON at position .*)$/s, '');
		const {findJsonError} = await import('./json-places.ts');
		throw new UserError(`${inFile(path, findJsonError(text))}: not valid JSON: ${cause}`, {hint: repair});
	}
	if (typeof stored === 'object' && stored !== null && !Array.isArray(stored))
		return {path, text, stored: stored as Readonly<Record<string, unknown>>};
	throw new UserError(`${path} must hold a JSON object`, {hint: repair});
}

function readText(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
		throw new UserError(`Cannot read the settings: ${messageOf(error)}`, {cause: error});
	}
}

const inFile = (path: string, place: {readonly line: number; readonly column: number} | undefined): string =>
	place === undefined ? path : `${path}:${place.line}:${place.column}`;

/** Where the file holds a setting, as `path:line:column`. */
export async function placeOf({path, text}: SettingsFile, name: string): Promise<string> {
	const {findName} = await import('./json-places.ts');
	return inFile(path, findName(text, name));
}
