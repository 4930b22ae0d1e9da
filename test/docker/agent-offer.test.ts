import {rmSync} from 'node:fs';
import {expect, test} from 'vitest';
import {withSandbox} from './cli.ts';
import {openCli} from './cli-terminal.ts';

const service = (message: string) => ({
	image: 'node:24-slim',
	kind: 'cron',
	schedule: {interval: 'daily'},
	run: {command: `echo ${message}`},
});
const sandbox = withSandbox();
const declare = (message: string) => sandbox.describe({services: {report: service(message)}});

const open = (...args: readonly string[]) => openCli(sandbox, args, {rows: 40});

const offer = 'Register this project with the agent?';
const approval = /Apply \d+ actions?.*\? y\/N/;
const projects = async () => JSON.parse(await sandbox.succeed(['agent', 'list', '--json'])).projects as unknown[];

/** Applies a change in a terminal, with a yes to the plan. */
async function applyIn(message: string, ...args: readonly string[]) {
	declare(message);
	const terminal = open('apply', ...args);
	await terminal.waitFor(approval, 20_000);
	terminal.press('y');
	return terminal;
}

test('a first apply in a terminal offers to register the project, and remembers a no', async () => {
	using first = await applyIn('one');
	await first.waitFor(offer, 30_000);
	// The environment is free while nobody answers.
	await sandbox.succeed(['variable', 'set', 'KEY', 'value']);
	first.press('n');
	expect(await first.ended).toMatchObject({exitCode: 0});
	expect(first.scrollback()).toContain('While nobody is typing, the agent runs its schedules and restarts what fails.');
	expect(first.scrollback()).toContain('You will not be asked again. To register it later: compartment agent add');
	expect(await projects()).toEqual([]);

	using second = await applyIn('two');
	expect(await second.ended).toMatchObject({exitCode: 0});
	expect(second.scrollback()).not.toContain(offer);
});

test('a yes registers it, which is not undone by asking again after its removal', async () => {
	await sandbox.succeed(['agent', 'add']);
	await sandbox.succeed(['agent', 'remove']);
	using removed = await applyIn('three');
	expect(await removed.ended).toMatchObject({exitCode: 0});
	expect(removed.scrollback()).not.toContain(offer);

	// As on a machine where nobody has answered yet.
	rmSync(`${sandbox.env['COMPARTMENT_CONFIG_HOME']}/agent`, {recursive: true});
	using asked = await applyIn('four');
	await asked.waitFor(offer, 30_000);
	asked.press('y');
	expect(await asked.ended).toMatchObject({exitCode: 0});
	expect(asked.scrollback()).toContain(
		'The project is registered. No agent runs yet. Start it with the machine: compartment agent install',
	);
	expect(await projects()).toMatchObject([{folder: sandbox.folder}]);
});

test('a screen reader is asked in a line, and a command that was approved before asks nothing', async () => {
	rmSync(`${sandbox.env['COMPARTMENT_CONFIG_HOME']}/agent`, {recursive: true});
	declare('five');
	using approved = open('apply', '--auto-approve');
	expect(await approved.ended).toMatchObject({exitCode: 0});
	expect(approved.scrollback()).not.toContain(offer);

	declare('six');
	using spoken = open('apply', '--accessible');
	await spoken.waitFor('Type yes, no, or full', 20_000);
	spoken.press('yes\r');
	await spoken.waitFor(`${offer} Type yes or no:`, 30_000);
	spoken.press('yes\r');
	expect(await spoken.ended).toMatchObject({exitCode: 0});
	expect(spoken.scrollback()).toContain('The project is registered.');
});
