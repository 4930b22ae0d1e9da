import {expect, test} from 'vitest';
import {withSandbox} from './cli.ts';
import {openCli} from './cli-terminal.ts';

const sandbox = withSandbox(box => {
	box.describe({services: {idle: {image: 'node:24-slim', kind: 'worker', run: {command: 'sleep 1d'}}}});
});

const open = (...args: string[]) => openCli(sandbox, ['variable', 'set', ...args]);

const read = (key: string) =>
	sandbox.succeed(['variable', 'run', '--env', 'production', '--allow-production', '--', 'printenv', key]);

test('a sensitive value is not shown while it is typed, and the environment is not locked meanwhile', async () => {
	using terminal = open('TOKEN', '--sensitive');
	await terminal.waitFor('Value for TOKEN: ', 20_000);
	await sandbox.succeed(['variable', 'set', 'OTHER', 'set meanwhile']);
	terminal.press('hunter2x\u007F ü€');
	terminal.press('!\r');
	expect(await terminal.ended).toMatchObject({exitCode: 0});
	expect(terminal.written()).not.toMatch(/hunter|ü|€/);
	expect(terminal.scrollback()).toContain(`Set variable TOKEN for ${sandbox.project} / production.`);
	expect(await read('TOKEN')).toBe('hunter2 ü€!\n');
	expect(await read('OTHER')).toBe('set meanwhile\n');
});

test('a value that is not sensitive is shown while it is typed, and ctrl-c sets nothing', async () => {
	{
		using terminal = open('LEVEL');
		await terminal.waitFor('Value for LEVEL: ', 20_000);
		terminal.press('debug\r');
		expect(await terminal.ended).toMatchObject({exitCode: 0});
		expect(terminal.scrollback()).toContain('debug');
		expect(await read('LEVEL')).toBe('debug\n');
	}
	// A sensitive variable stays sensitive, so its new value is not shown.
	using terminal = open('TOKEN');
	await terminal.waitFor('Value for TOKEN: ', 20_000);
	terminal.press('other\u0003');
	expect(await terminal.ended).toMatchObject({exitCode: 130});
	expect(terminal.written()).not.toContain('other');
	expect(await read('TOKEN')).toBe('hunter2 ü€!\n');
});
