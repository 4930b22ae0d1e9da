import {readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {commandNames, isCommandName} from '../../source/command-names.ts';
import {definitions} from './command-line.ts';

const page = readFileSync(new URL('../../docs/command-line.md', import.meta.url), 'utf8');
const section = /\n## Commands\n([\s\S]*?)\n## /.exec(page)![1]!;

const codeIn = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);

/** The command that a cell names: `environment list`, and after it `show` for `environment show`. */
function commandIn(code: string, previous: string | undefined): string {
	if (code === 'compartment') return 'browse';
	const words = code.split(' ');
	const names = words.map((_, index) => words.slice(0, words.length - index).join(' '));
	const parents = previous?.split(' ').slice(0, -1) ?? [];
	const candidates = names.flatMap(name => [[...parents, name].join(' '), name]);
	return candidates.find(isCommandName) ?? code;
}

const flagsOf = (name: string): string[] =>
	definitions.commands
		.filter(([own]) => own === name)
		.flatMap(([, {flags}]) =>
			Object.entries(flags).map(([flag, {kind, ...rest}]) =>
				kind === 'boolean' && 'isNegated' in rest ? `--no-${flag}` : `--${flag}`,
			),
		);

const rows = [...section.matchAll(/^\| (`.*?) \| (.*) \|$/gm)].map(([, cell, text]) => {
	const commands: string[] = [];
	for (const code of codeIn(cell!)) commands.push(commandIn(code, commands.at(-1)));
	const flags = codeIn(`${cell} ${text}`).flatMap(code => {
		const own = commandIn(code, commands.at(-1));
		const takers = isCommandName(own) ? [own] : commands;
		return (code.match(/--[a-z-]+\b/g) ?? []).map(flag => ({flag, takers}));
	});
	return {commands, flags};
});

describe('the table of commands in docs/command-line.md', () => {
	it('names every command once', () => {
		expect(rows.flatMap(({commands}) => commands).sort()).toEqual([...commandNames].sort());
	});

	it.each(rows)('of $commands names flags that they have', ({flags}) => {
		const unknown = flags.filter(({flag, takers}) => !takers.flatMap(flagsOf).includes(flag));
		expect(unknown).toEqual([]);
	});

	it('names flags', () => {
		expect(rows.flatMap(({flags}) => flags).length).toBeGreaterThan(20);
	});
});
