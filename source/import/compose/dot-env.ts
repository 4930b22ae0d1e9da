import {parse} from 'dotenv';
import type {Cursor} from '../cursor.ts';
import {fileRefusal} from '../document.ts';
import type {ReadFile} from '../files.ts';
import {interpolate, type Lookup, TemplateError, withoutMarks} from '../interpolate.ts';

const decode = (file: string, bytes: Uint8Array): string => {
	try {
		return new TextDecoder('utf-8', {fatal: true}).decode(bytes);
	} catch {
		throw fileRefusal(file, 'must be UTF-8 text');
	}
};

/**
 * The variables of a dotenv file, each expanded with those before it; undefined when there is no such file.
 * @param from where it is named; without it, it is the .env of a folder
 * @throws DescriptorError for a file that cannot be read
 */
export function readDotEnv(
	file: string,
	read: ReadFile,
	lookup: Lookup,
	from?: Cursor,
): ReadonlyMap<string, string> | undefined {
	const found = read(file);
	if (found.kind === 'missing') return undefined;
	if (found.kind === 'refused') {
		from?.refuse(`names ${file}, which ${found.message}`);
		throw fileRefusal(file, found.message);
	}
	const values = new Map<string, string>();
	for (const [name, value] of Object.entries(parse(decode(file, found.bytes)))) {
		try {
			values.set(name, withoutMarks(interpolate(value, key => values.get(key) ?? lookup(key)).text));
		} catch (error) {
			if (!(error instanceof TemplateError)) throw error;
			// A password may hold any character.
			values.set(name, value);
		}
	}
	return values;
}
