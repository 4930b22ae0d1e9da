import {command, type Hint, hint} from '../../hint.ts';
import type {Cursor} from '../cursor.ts';
import {isRelative, joined, type ReadFile} from '../files.ts';
import {type Interpolated, interpolate} from '../interpolate.ts';
import {isSensitiveName} from '../sensitive.ts';
import {readDotEnv} from './dot-env.ts';

/** A variable of a Compose service. */
export type Entry = {
	readonly name: string;
	/** Its value; a name without a value is taken from .env. */
	readonly value: Interpolated;
	/** Where it is written: the variable, or the file that holds it. */
	readonly cursor: Cursor;
};

const plain = (text: string): Interpolated => ({text, unset: [], used: [], required: {}});

/** A name without a value: Compose takes it from its own environment. */
const fromOutside = (name: string, {origin}: Cursor): Interpolated => interpolate(`\${${name}}`, origin.lookup);

const isVariable = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);

/** The pairs of `environment`, `args` and the like, in both forms. */
export function pairsOf(cursor: Cursor | undefined): readonly Entry[] {
	if (!cursor) return [];
	if (Array.isArray(cursor.value))
		return cursor.items().flatMap(item => {
			const scalar = item.scalar();
			if (!scalar) return [];
			const at = scalar.text.indexOf('=');
			const name = at === -1 ? scalar.text : scalar.text.slice(0, at);
			const value =
				at === -1 && isVariable(name) ? fromOutside(name, item) : {...scalar, text: scalar.text.slice(at + 1)};
			return [{name, value, cursor: item}];
		});
	return cursor.entries().map(([name, item]) => {
		const value = item.scalar() ?? (isVariable(name) ? fromOutside(name, item) : plain(''));
		return {name, value, cursor: item};
	});
}

type EnvFile = {readonly path: string; readonly isRequired: boolean; readonly cursor: Cursor};

const envFilesOf = (cursor: Cursor | undefined): readonly EnvFile[] => {
	if (!cursor) return [];
	const items = Array.isArray(cursor.value) ? cursor.items() : [cursor];
	return items.flatMap(item => {
		const path = typeof item.value === 'object' ? item.get('path')?.text() : item.text();
		if (path === undefined) return [];
		return [{path, isRequired: item.get('required')?.value !== false, cursor: item}];
	});
};

/** What the variables are for, by its name here. */
type Target = {readonly type: 'service' | 'resource'; readonly name: string};

const importing = (file: string, {type, name}: Target): Hint =>
	type === 'service'
		? command('variable import', '--file', file, '--service', name, '--sensitive')
		: command('variable import', '--file', file, '--resource', name, '--sensitive');

/**
 * All variables of a service: those of its files, and over them its own. A file that is not there is noted.
 * @throws DescriptorError for a file outside of the folder, or one that cannot be read
 */
export function environmentOf(service: Cursor, target: Target, read: ReadFile): readonly Entry[] {
	const entries = new Map<string, Entry>();
	for (const {path, isRequired, cursor} of envFilesOf(service.get('env_file'))) {
		if (!isRelative(path)) {
			cursor.note('missing', hint`is outside of this folder: ${importing(path, target)}`);
			continue;
		}
		const values = readDotEnv(joined('.', path), read, cursor.origin.lookup, cursor);
		if (!values) {
			if (isRequired) cursor.note('missing', hint`was not found; once it is there: ${importing(path, target)}`);
			else cursor.carry();
			continue;
		}
		cursor.carry();
		for (const [name, text] of values) entries.set(name, {name, value: plain(text), cursor});
	}
	const own = service.get('environment');
	for (const entry of pairsOf(own)) {
		// A second line for the same name loses against the first, as after a merge.
		if (entries.get(entry.name)?.cursor.path[2] !== 'environment') entries.set(entry.name, entry);
		else entry.cursor.note('omitted', `sets ${entry.name} a second time`);
	}
	return [...entries.values()];
}

/** Whether a value came from a variable whose name says that it is a secret. */
export const usesSecret = ({used}: Interpolated): boolean => used.some(isSensitiveName);
