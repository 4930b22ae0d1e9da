import {expect, it} from 'vitest';
import {type CommandGroup, type CommandName, commandGroups, commandNames} from '../../source/command-names.ts';
import {exitCodes} from '../../source/errors.ts';
import type {Ran} from './run-line.ts';

type Proof = {readonly name: CommandName; readonly what: 'text' | 'json' | 'error'};

const proofs: Proof[] = [];

const isFlagOf = (words: readonly string[], flag: string): boolean => {
	const end = words.indexOf('--');
	return (end === -1 ? words : words.slice(0, end)).includes(flag);
};

/** Notes what a command line has proved of its command. */
export function note(words: readonly string[], {exitCode}: Ran): void {
	const name = commandNames.findLast(candidate => candidate.split(' ').every((word, index) => words[index] === word));
	if (name === undefined) return;
	const what =
		exitCode !== 0 && exitCode !== exitCodes.changesPending ? 'error' : isFlagOf(words, '--json') ? 'json' : 'text';
	proofs.push({name, what});
}

/** Why a command has no test of its main path, its errors or its JSON. */
type Exceptions = Partial<Record<CommandName, Partial<Record<Proof['what'], string>>>>;

/**
 * The last test of a file: the tests before it ran every command of the group, and saw its text, an error and its JSON.
 * An exception that is no longer one fails too.
 */
export function leavesNothingUntested(group: CommandGroup, exceptions: Exceptions = {}): void {
	it(`tests the text, an error and the JSON of every ${group} command`, () => {
		const all = commandNames
			.filter(name => commandGroups[name] === group)
			.flatMap(name => (['text', 'error', 'json'] as const).map(what => ({name, what})));
		const untested = all
			.filter(({name, what}) => !proofs.some(proof => proof.name === name && proof.what === what))
			.map(({name, what}) => `${name}: ${what}`);
		const expected = all
			.filter(({name, what}) => exceptions[name]?.[what] !== undefined)
			.map(({name, what}) => `${name}: ${what}`);
		expect(untested).toEqual(expected);
	});
}
