import type {Path} from '../descriptor/problem.ts';
import {isMap, type Raw} from '../descriptor/rules/raw.ts';
import type {YamlSource} from '../descriptor/yaml/source.ts';
import type {Hint} from '../hint.ts';
import type {Account} from './account.ts';
import {refusal} from './document.ts';
import {type Interpolated, interpolate, type Lookup, TemplateError, withoutMarks} from './interpolate.ts';
import type {NoteKind} from './result.ts';

/** Where a value comes from. */
export type Origin = {
	readonly source: YamlSource;
	/** Files that were merged over that one, the last one first. */
	readonly over?: readonly YamlSource[];
	/** Values of the variables that the file may use. */
	readonly lookup: Lookup;
	/** Folder that its paths are relative to, itself relative to the imported file. */
	readonly folder: string;
};

/** A value of the imported file, which knows its path and accounts for what is read. */
export type Cursor = {
	readonly value: unknown;
	readonly path: Path;
	readonly origin: Origin;
	/** The value of a key; undefined when the key is absent or null. */
	readonly get: (key: string) => Cursor | undefined;
	/** Whether a map has the key, even without a value. */
	readonly entries: () => readonly (readonly [string, Cursor])[];
	readonly items: () => readonly Cursor[];
	/** A scalar with its variables replaced; undefined for null. @throws DescriptorError for a map or list */
	readonly scalar: () => Interpolated | undefined;
	/** A scalar that must be known now: a required variable without a value is refused, any other is noted and left out. */
	readonly text: () => string | undefined;
	/** Marks the value, with everything below it, as carried over. */
	readonly carry: () => void;
	readonly note: (kind: NoteKind, message: Hint) => void;
	readonly refuse: (message: string) => never;
};

/** A number as it is written in the file: `1.10` and 20-digit numbers keep their digits. */
const writtenNumber = (value: number, path: Path, source: YamlSource): string => {
	const {line, column, length} = source.locate({path, message: ''});
	const text = (source.text.split('\n', line)[line - 1] ?? '').slice(column - 1, column - 1 + length).trim();
	return text !== '' && Number(text) === value ? text : String(value);
};

const valueAt = (value: unknown, path: Path): unknown =>
	path.reduce<unknown>(
		(found, key) => (typeof found === 'object' && found !== null ? Reflect.get(found, key) : undefined),
		value,
	);

/** The file that a value was written in: after a merge, one that has it at this path. */
const sourceOf = ({source, over = []}: Origin, path: Path, value: unknown): YamlSource =>
	over.find(each => valueAt(each.value, path) === value) ?? source;

export function cursorAt(value: unknown, path: Path, origin: Origin, account: Account): Cursor {
	const source = sourceOf(origin, path, value);
	const refuse = (message: string): never => {
		throw refusal(source, path, message);
	};
	const scalar = (): Interpolated | undefined => {
		if (value === null || value === undefined) return undefined;
		if (typeof value === 'object') return refuse('must be a text, a number, true or false');
		const text = typeof value === 'number' ? writtenNumber(value, path, source) : String(value);
		try {
			return interpolate(text, origin.lookup);
		} catch (error) {
			if (error instanceof TemplateError) return refuse(error.message);
			throw error;
		}
	};
	const note: Cursor['note'] = (kind, message) => account.note(kind, path, message);
	return {
		value,
		path,
		origin,
		get: key => {
			const child = isMap(value) && Object.hasOwn(value as Raw, key) ? (value as Raw)[key] : undefined;
			return child === undefined || child === null ? undefined : cursorAt(child, [...path, key], origin, account);
		},
		entries: () =>
			isMap(value)
				? Object.entries(value as Raw).map(([key, child]) => [key, cursorAt(child, [...path, key], origin, account)])
				: [],
		items: () =>
			Array.isArray(value) ? value.map((item, index) => cursorAt(item, [...path, index], origin, account)) : [],
		scalar,
		text: () => {
			const found = scalar();
			if (!found) return undefined;
			const [name] = found.unset;
			if (name === undefined) return found.text;
			const message = found.required[name];
			if (message !== undefined)
				refuse(`needs the variable ${name}${message === '' ? '' : ` (${message})`}; set it in .env beside the file`);
			note('changed', `the variable ${name} has no value here; set it in .env beside the file and import again`);
			return withoutMarks(found.text);
		},
		carry: () => account.carry(path),
		note,
		refuse,
	};
}
