import {singleQuoted} from '../shell-word.ts';

/** Splits a command line as Compose does: at white space, with quotes and backslashes, without expanding anything. */
export function splitWords(line: string): readonly string[] {
	const words: string[] = [];
	let word: string | undefined;
	let quote = '';
	for (let index = 0; index < line.length; index++) {
		const character = line[index]!;
		if (quote === "'") {
			if (character === "'") quote = '';
			else word += character;
		} else if (character === '\\') {
			const next = line[++index] ?? '';
			// Between double quotes a backslash escapes only these.
			word = `${word ?? ''}${quote === '"' && !/["\\$`\n]/.test(next) ? '\\' : ''}${next === '\n' ? '' : next}`;
		} else if (quote === '"') {
			if (character === '"') quote = '';
			else word += character;
		} else if (character === "'" || character === '"') {
			quote = character;
			word ??= '';
		} else if (/\s/.test(character)) {
			if (word !== undefined) words.push(word);
			word = undefined;
		} else word = `${word ?? ''}${character}`;
	}
	if (word !== undefined) words.push(word);
	return words;
}

const shells = new Set(['sh', '/bin/sh']);

const quoted = (word: string): string => (/^[\w.:/@%+=,-]+$/.test(word) ? word : singleQuoted(word));

/** Words as one line for `sh -c`, which runs exactly them. A script for `sh -c` is that line itself. */
export function joinWords(words: readonly string[]): string {
	const [program = '', flag = '', script] = words;
	if (words.length === 3 && shells.has(program) && flag === '-c' && script?.trim()) return script.trim();
	return words.map(quoted).join(' ');
}
