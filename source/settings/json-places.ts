/** A place in a text; both count from 1. */
export type TextPlace = {readonly line: number; readonly column: number};

const space = /[ \t\r\n]*/y;
const string = /"(?:[^"\\\0-\x1f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

const stop = Symbol('not valid JSON');

type Scan = {
	/** Offset of the name in the outermost object → last one, as `JSON.parse` takes it. */
	readonly names: ReadonlyMap<string, number>;
	/** Where the text stops being JSON. */
	readonly error: number | undefined;
};

function scan(text: string): Scan {
	const names = new Map<string, number>();
	let at = 0;
	const take = (token: RegExp | string): string | undefined => {
		space.lastIndex = at;
		at += space.exec(text)![0].length;
		let found: string | undefined;
		if (typeof token === 'string') found = text.startsWith(token, at) ? token : undefined;
		else {
			token.lastIndex = at;
			found = token.exec(text)?.[0];
		}
		at += found?.length ?? 0;
		return found;
	};
	const expect = (token: RegExp | string): string => {
		const found = take(token);
		if (found === undefined) throw stop;
		return found;
	};
	const list = (end: string, item: () => void) => {
		if (take(end) !== undefined) return;
		do item();
		while (take(',') !== undefined);
		expect(end);
	};
	const value = (depth: number): void => {
		if (take('{') !== undefined)
			list('}', () => {
				const name = expect(string);
				if (depth === 0) names.set(JSON.parse(name), at - name.length);
				expect(':');
				value(depth + 1);
			});
		else if (take('[') !== undefined) list(']', () => value(depth + 1));
		else if (take(string) === undefined) expect(scalar);
	};
	try {
		value(0);
		take(space);
		return {names, error: at === text.length ? undefined : at};
	} catch (error) {
		if (error !== stop) throw error;
		return {names, error: at};
	}
}

function toPlace(text: string, offset: number): TextPlace {
	const before = text.slice(0, offset);
	return {line: before.split('\n').length, column: offset - before.lastIndexOf('\n')};
}

/** Where a JSON text holds this name in its outermost object. */
export function findName(text: string, name: string): TextPlace | undefined {
	const offset = scan(text).names.get(name);
	return offset === undefined ? undefined : toPlace(text, offset);
}

/** Where a text stops being JSON; undefined for valid JSON. */
export function findJsonError(text: string): TextPlace | undefined {
	const {error} = scan(text);
	return error === undefined ? undefined : toPlace(text, error);
}
