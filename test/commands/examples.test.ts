import {describe, expect, it} from 'vitest';
import {exampleLine} from '../../source/commands/definitions/definition.ts';
import {definitions, parseCommandLine, shellWords} from './command-line.ts';

const examples = definitions.commands.flatMap(([name, definition]) =>
	definition.examples.map(example => ({name, line: exampleLine(example), text: example.text})),
);

describe('an example of the help', () => {
	it('is found more than 80 times', () => {
		expect(examples.length).toBeGreaterThan(80);
	});

	it.each(examples)('is valid for its command: $line', async ({name, line}) => {
		// What comes before a pipe, and after && or >, is for the shell.
		const [own] = line.replace(/^printf .* \| /, '').split(/ (?:&&|>) /);
		const [first, ...words] = shellWords(own!);
		expect(first).toBe('compartment');
		if (words.length === 0) return;
		const parsed = await parseCommandLine(words);
		expect(parsed.name).toBe(name);
	});

	it('says what it does in one line', () => {
		expect(examples.filter(({text}) => !/^[A-Z][^\n]{5,70}[^.\s]$/.test(text))).toEqual([]);
	});
});
