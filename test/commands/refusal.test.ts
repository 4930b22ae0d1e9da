import {afterEach, expect, it, vi} from 'vitest';
import {runCommandLine} from '../../source/commands/run-command-line.ts';

afterEach(() => vi.restoreAllMocks());

it.each([
	['an unknown flag', ['plan', '--b\u001B[2Jad']],
	['too many arguments', ['plan', 'a\u001B]0;title\u0007b']],
	['a bad value', ['plan', '--output', '\u001B[31mred']],
])('the refusal of %s holds no escape sequence of what was typed', async (_, words) => {
	let printed = '';
	vi.spyOn(process.stderr, 'write').mockImplementation(text => {
		printed += String(text);
		return true;
	});
	await expect(runCommandLine(words, words, '0.0.0')).rejects.toThrow();
	expect(printed).toMatch(/^error: /);
	expect(printed).not.toContain('\u001B');
	expect(printed).not.toContain('\u0007');
});
