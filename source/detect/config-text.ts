import {posix} from 'node:path';
import type {SourceFiles} from './source-files.ts';

/** A configuration that is a program. It is read as text and never run (docs/rules.md, "Detected builds"). */
export type ConfigText = {readonly path: string; readonly text: string};

const endings = ['js', 'ts', 'mjs', 'mts', 'cjs', 'cts'];

/** End of what begins at an index and ends with a mark, or of the text; a backslash takes the next character along. */
function endOf(text: string, from: number, mark: string): number {
	for (let index = from; index < text.length; index += 1) {
		if (text[index] === '\\') index += 1;
		else if (text.startsWith(mark, index)) return index + mark.length;
		else if (text[index] === '\n' && (mark === "'" || mark === '"')) return index;
	}
	return text.length;
}

/** Text of a program without its comments. Strings stay as they are. Linear, because the text is a stranger's. */
function withoutComments(text: string): string {
	const parts: string[] = [];
	let kept = 0;
	for (let index = 0; index < text.length; ) {
		const two = text.slice(index, index + 2);
		if (two === '//' || two === '/*') {
			parts.push(text.slice(kept, index));
			const end = text.indexOf(two === '//' ? '\n' : '*/', index + 2);
			index = end === -1 ? text.length : end + (two === '//' ? 0 : 2);
			kept = index;
		} else if (/["'`]/.test(text[index]!)) index = endOf(text, index + 1, text[index]!);
		else index += 1;
	}
	return parts.join('') + text.slice(kept);
}

/** The configuration `NAME.js`, or with another ending of JavaScript or TypeScript, without its comments. */
export async function readConfig(files: SourceFiles, name: string): Promise<ConfigText | undefined> {
	const path = endings.map(end => `${name}.${end}`).find(files.has);
	if (path === undefined) return undefined;
	return {path, text: withoutComments((await files.read(path)) ?? '')};
}

/** What an option is set to, as far as the text says it. */
export type Option = {readonly type: 'literal'; readonly value: string} | {readonly type: 'computed'};

// `path.resolve(__dirname, 'dist')` names a folder as clearly as a text does.
const fromHere =
	/^(?:path\.)?(?:resolve|join)\(\s*(?:__dirname|import\.meta\.dirname|process\.cwd\(\))\s*,\s*(["'])([^"']+)\1\s*\)/;

function valueAt(text: string): Option | undefined {
	const literal = /^(["'`])([^"'`$]*)\1\s*(?:as\s+const\s*)?(?=[,;)}\]\r\n]|$)/.exec(text) ?? fromHere.exec(text);
	if (literal) return {type: 'literal', value: literal[2]!};
	const word = /^(?:true|false)\b(?!\s*[?&|])/.exec(text)?.[0];
	if (word) return {type: 'literal', value: word};
	// A map, a list or a type is another option of the same name.
	return /^[{[]|^(?:string|boolean|number)\b/.test(text) ? undefined : {type: 'computed'};
}

/**
 * The value of an option in the text of a configuration, wherever it is. Undefined if it is not set; `computed` if it is
 * no plain text, or is set to several.
 */
export function readOption(text: string, name: string): Option | undefined {
	const found = [...text.matchAll(new RegExp(`(?<![\\w.$-])["']?${name}["']?\\s*[:=](?![=>])\\s*`, 'g'))].flatMap(
		match => valueAt(text.slice(match.index + match[0].length)) ?? [],
	);
	const [first, ...others] = found;
	if (first === undefined || first.type === 'computed') return first;
	const isSame = others.every(other => other.type === 'literal' && other.value === first.value);
	return isSame ? first : {type: 'computed'};
}

/** The value of an option, if the text says it. */
export function literalOption(text: string, name: string): string | undefined {
	const option = readOption(text, name);
	return option?.type === 'literal' ? option.value : undefined;
}

/** What is between the braces of `name: {…}`, or the parentheses of `name(…)`; empty if there is no such block. */
export function blockOf(text: string, name: string): string {
	const match = new RegExp(`(?<![\\w.$-])["']?${name}["']?\\s*(?::\\s*\\{|\\()`).exec(text);
	if (!match) return '';
	const from = match.index + match[0].length;
	let depth = 1;
	for (let index = from; index < text.length; index += 1) {
		if ('{(['.includes(text[index]!)) depth += 1;
		if ('})]'.includes(text[index]!)) depth -= 1;
		if (depth === 0) return text.slice(from, index);
	}
	return text.slice(from);
}

/** Whether a configuration imports a package or a file of it. */
export const importsPackage = (text: string, name: string): boolean =>
	new RegExp(`["']${name.replace(/[.*+?^$()|[\]\\]/g, '\\$&')}(?:/[^"']*)?["']`).test(text);

/** A folder inside the source, without `./` and a slash at its end; undefined for any other path. */
export function safeFolder(folder: string | undefined, base = ''): string | undefined {
	if (folder === undefined || folder.startsWith('/')) return undefined;
	const clean = posix.normalize(posix.join(base, folder)).replace(/\/+$/, '');
	return /^\.?[\w][\w./-]*$/.test(clean) && !clean.split('/').includes('..') ? clean : undefined;
}
