import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {openTerminal} from './terminal.ts';

const program = fileURLToPath(new URL('fixtures/echo.ts', import.meta.url));
const open = () => openTerminal(process.execPath, [program], {columns: 60, rows: 8});

test('keys reach the program and its output reaches the screen', async () => {
	using terminal = open();
	await terminal.waitFor('size 60x8');
	terminal.press('hi\u0003');
	expect(await terminal.waitFor('keys')).toContain('keys "hi\\u0003"');
});

test('a resize reaches the program', async () => {
	using terminal = open();
	await terminal.waitFor('size 60x8');
	terminal.resize(72, 20);
	await terminal.waitFor('size 72x20');
});

test('the main screen is restored after the alternate one, and the exit code is reported', async () => {
	using terminal = open();
	await terminal.waitFor('size');
	expect(terminal.isAlternateScreen()).toBe(true);
	expect(terminal.text()).not.toContain('before');
	terminal.press('q');
	expect(await terminal.ended).toMatchObject({exitCode: 7});
	expect(terminal.isAlternateScreen()).toBe(false);
	expect(terminal.scrollback()).toBe('before\nafter');
});

test('waiting for text that never appears fails and shows the screen', async () => {
	using terminal = open();
	await terminal.waitFor('size');
	await expect(terminal.waitFor(/never/, 50)).rejects.toThrow(/Not shown within 50 ms: \/never\/\nsize 60x8/);
	terminal.press('q');
	await expect(terminal.waitFor('more')).rejects.toThrow(/ended and never showed more/);
});
