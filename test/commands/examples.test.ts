import {describe, expect, it} from 'vitest';
import {commandsIn, parseCommandLine, program, shellWords} from './command-line.ts';

/** The examples below the help of a command. */
function examplesOf(name: string): string[] {
	const {command} = commandsIn(program()).find(found => found.name === name)!;
	let text = '';
	const writeOut = (written: string) => {
		text += written;
	};
	command.configureOutput({writeOut}).outputHelp();
	return [...text.matchAll(/^ {2}\$ (.*)$/gm)].map(([, line]) => line!);
}

const examples = commandsIn(program()).flatMap(({name}) => examplesOf(name).map(example => ({name, example})));

describe('an example of the help', () => {
	it('is found more than 80 times', () => {
		expect(examples.length).toBeGreaterThan(80);
	});

	it.each(examples)('is valid: $example', async ({name, example}) => {
		// The shell runs what is piped in, what follows, and comments.
		const [own] = example
			.replace(/^printf .* \| /, '')
			.replace(/ {2,}#.*$/, '')
			.split(/ (?:&&|>) /);
		const [first, ...words] = shellWords(own!);
		expect(first).toBe('compartment');
		if (words.length === 0) return;
		const parsed = await parseCommandLine(words);
		expect(parsed.name).toBe(name);
	});
});
