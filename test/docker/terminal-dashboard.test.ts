import {readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {expect, inject, test} from 'vitest';
import {openTerminal, type TestTerminal} from '../terminal/terminal.ts';
import {useExample, withSandbox} from './cli.ts';
import {openCli} from './cli-terminal.ts';
import {openEngineProxy} from './engine-proxy.ts';

const sandbox = withSandbox(opened => useExample(opened, 'multi-service'));

const ctrlC = '\u0003';
const ctrlZ = '\u001A';

const open = (...args: readonly string[]) => openCli(sandbox, args);

const modes = [
	['\u001B[?1049h', '\u001B[?1049l'],
	['\u001B[?25l', '\u001B[?25h'],
	['\u001B[?1007h', '\u001B[?1007l'],
	['\u001B[?7l', '\u001B[?7h'],
] as const;
const paste = ['\u001B[?2004h', '\u001B[?2004l'] as const;

/** Whether every terminal mode that a screen set was reset after it. */
const isRestored = (
	written: string,
	all: readonly (readonly [on: string, off: string])[] = [...modes, paste],
): boolean => all.every(([on, off]) => written.lastIndexOf(off) >= written.lastIndexOf(on));

const question = /y\/N/;
const esc = '\u001B';

/** Goes back to the dashboard from the page of a task. */
async function back(terminal: TestTerminal): Promise<void> {
	terminal.press(esc);
	await terminal.waitFor('Services and resources', 20_000);
}

test('without a terminal the command prints the help text', async () => {
	const outcome = await sandbox.run([]);
	expect(outcome).toMatchObject({exitCode: 0, stderr: ''});
	expect(outcome.stdout).toContain('Usage: compartment');
});

test('an environment can be created and deployed within the dashboard', async () => {
	using terminal = open();
	expect(await terminal.waitFor('not deployed', 20_000)).toContain(`${sandbox.project} › production`);
	expect(await terminal.waitFor('Press a to plan and apply')).toContain('backoffice');
	terminal.press('a');
	await terminal.waitFor(question, 30_000);
	expect(terminal.isAlternateScreen()).toBe(true);
	expect(terminal.text()).toContain(`${sandbox.project} › production › apply`);
	terminal.press('y');
	await terminal.waitFor(/\d\/\d done/, 20_000);
	// It goes on while something else is shown, and is there again.
	await back(terminal);
	await terminal.waitFor(/applying \d\/\d, \. shows it/, 20_000);
	terminal.resize(80, 24);
	terminal.press('.');
	await terminal.waitFor(/Apply done in/, 90_000);
	terminal.resize(100, 30);
	await back(terminal);
	// The apply ends when its lock is free.
	await terminal.waitFor('apply done, . shows it', 20_000);
	expect(await terminal.waitFor('all healthy', 20_000)).toMatch(/● web +healthy/);
	expect(terminal.isAlternateScreen()).toBe(true);
	terminal.press('q');
	expect(await terminal.ended).toMatchObject({exitCode: 0});
	expect(isRestored(terminal.written())).toBe(true);
	expect(terminal.scrollback()).toMatch(/\$ compartment apply[\s\S]*Apply done in/);
	expect(await sandbox.ask()).toMatchObject({status: 200});
}, 180_000);

test('logs are followed in a terminal and printed in a pipe', async () => {
	using terminal = open('logs', 'web');
	expect(await terminal.waitFor('following', 20_000)).toContain('all logs');
	await terminal.waitFor('listening', 20_000);
	await sandbox.ask('/a-page-of-its-own');
	await terminal.waitFor('/a-page-of-its-own', 20_000);
	terminal.press('/its-own\r');
	await terminal.waitFor(/"its-own" \d of \d/);
	// Beside the state, where it is not part of the next build's source.
	terminal.press('s');
	const [, path = ''] = /Saved .* to (\S+\.log)/.exec(await terminal.waitFor(/Saved .* to \S+\.log/)) ?? [];
	expect(path).toMatch(/^\.compartment\/production\/logs\//);
	expect(readFileSync(join(sandbox.folder, path), 'utf8')).toContain('/a-page-of-its-own');
	expect(statSync(join(sandbox.folder, path)).mode & 0o777).toBe(0o600);
	await sandbox.expectNoChanges();
	terminal.press('q');
	expect(await terminal.ended).toMatchObject({exitCode: 0});
	expect(isRestored(terminal.written())).toBe(true);
	const lines = await sandbox.succeed(['logs']);
	expect(lines).toMatch(/^\d{4}-.*Z \[web\] stdout .*a-page-of-its-own/m);
	expect(
		lines
			.trimEnd()
			.split('\n')
			.map(line => line.slice(0, 24)),
	).toEqual(
		lines
			.trimEnd()
			.split('\n')
			.map(line => line.slice(0, 24))
			.sort(),
	);
}, 90_000);

test('a failed deploy is shown with its cause and its log', async () => {
	sandbox.write({'services/web/server.js': "console.error('cannot find the page'); process.exit(3);\n"});
	using terminal = open();
	await terminal.waitFor('all healthy', 20_000);
	terminal.press('a');
	await terminal.waitFor(question, 30_000);
	terminal.press('y');
	await terminal.waitFor(/Causes[\s\S]*d dismiss/, 90_000);
	terminal.press('d');
	await terminal.waitFor(/! web +healthy, latest failed/, 20_000);
	// A frame may reach the terminal in pieces: the table first, then what is below it.
	expect(await terminal.waitFor('cannot find the page', 20_000)).toContain('The latest attempt failed');
	terminal.press('\r4');
	// The title comes with the first frame, the rows with the engine's answer.
	await terminal.waitFor(/✗ dpl_\w+ +failed/, 20_000);
	terminal.press('\r');
	expect(await terminal.waitFor('Apply failed after', 20_000)).toContain('cannot find the page');
	terminal.press('\u001B');
	await terminal.waitFor(/\[4 deployments\].*✗ dpl_/s, 20_000);
	// A rollback to a failed or to the active deployment is impossible, and the dashboard says so at once.
	terminal.press('b');
	await terminal.waitFor(/dpl_\w+ was never active/);
	terminal.press('jb');
	await terminal.waitFor(/dpl_\w+ is active/);
	terminal.press('1b');
	await terminal.waitFor(/roll back web failed.*Error: No valid rollback target.*do not count/s, 60_000);
	terminal.press(esc);
	await terminal.waitFor('[1 logs]', 20_000);
	terminal.press(ctrlC);
	expect(await terminal.ended).toMatchObject({exitCode: 0});
	expect(isRestored(terminal.written())).toBe(true);
	expect(await sandbox.ask()).toMatchObject({status: 200});
}, 180_000);

test('an error in compartment.yml is shown with its position until it is fixed', async () => {
	const file = join(sandbox.folder, 'compartment.yml');
	const previous = readFileSync(file, 'utf8');
	using terminal = open();
	await terminal.waitFor(/web +healthy/, 20_000);
	sandbox.write({'compartment.yml': previous.replace('path:', 'pathh:')});
	await terminal.waitFor(/^ +compartment\.yml:\d+:\d+ services/m, 20_000);
	terminal.press('\r3');
	expect(await terminal.waitFor(/\| +\^+/, 20_000)).toContain('did you mean "path"?');
	sandbox.write({'compartment.yml': previous});
	await terminal.waitFor('What the next apply would change', 20_000);
	terminal.press('q');
	expect(await terminal.ended).toMatchObject({exitCode: 0});
}, 60_000);

test('changes made elsewhere show at once, and a stop asks first', async () => {
	using terminal = open();
	await terminal.waitFor(/web +healthy/, 20_000);
	const {id} = await sandbox.running('service.backoffice');
	await sandbox.engine.stop(id, 1);
	expect(await terminal.waitFor(/backoffice +failed.*drift/, 20_000)).toContain('1 change outside Compartment');
	await sandbox.engine.start(id);
	await terminal.waitFor(/backoffice +healthy/, 20_000);
	terminal.press('S');
	await terminal.waitFor(question, 30_000);
	terminal.press('n');
	await terminal.waitFor(/Nothing was changed\..*web +healthy/s, 20_000);
	terminal.press('q');
	expect(await terminal.ended).toMatchObject({exitCode: 0});
}, 90_000);

test('quitting during an apply asks, finishes what runs, and exits with 130', async () => {
	sandbox.write({'services/web/server.js': 'setInterval(() => {}, 1e9);\n'});
	using terminal = open();
	await terminal.waitFor(/web +healthy/, 20_000);
	terminal.press('a');
	await terminal.waitFor(question, 30_000);
	terminal.press('y');
	await terminal.waitFor(/GET \/\w* /, 60_000);
	await back(terminal);
	terminal.press('r');
	await terminal.waitFor('production is busy: applying', 5000);
	terminal.press('q');
	await terminal.waitFor('Cancel it and quit? y/N', 5000);
	terminal.press('y');
	await terminal.waitFor('finishing running steps', 5000);
	terminal.press(ctrlC);
	expect(await terminal.ended).toMatchObject({exitCode: 130});
	expect(isRestored(terminal.written())).toBe(true);
	expect(terminal.scrollback()).toMatch(/\$ compartment apply[\s\S]*Apply cancelled after/);
	expect(await sandbox.ask()).toMatchObject({status: 200});
}, 120_000);

test('the loss of the engine is shown, and so is its return', async () => {
	await using proxy = await openEngineProxy();
	using terminal = openCli(sandbox, [], {env: {DOCKER_HOST: proxy.host}});
	await terminal.waitFor(/web +healthy/, 20_000);
	await proxy.cut();
	expect(await terminal.waitFor(/engine lost \d+s ago, retrying/, 20_000)).toMatch(/web +healthy/);
	await sandbox.ask('/while-it-was-away');
	await proxy.mend();
	await terminal.waitFor(/Docker \d+|router running at/, 20_000);
	await terminal.waitFor('/while-it-was-away', 20_000);
	terminal.press('q');
	expect(await terminal.ended).toMatchObject({exitCode: 0});
}, 90_000);

test('ctrl-z returns to the shell with the terminal restored, and fg resumes', async () => {
	using terminal = openTerminal('bash', ['--norc', '--noprofile', '-i'], {
		cwd: sandbox.folder,
		env: {...sandbox.env, PS1: 'shell> '},
	});
	await terminal.waitFor('shell> ');
	terminal.press(`'${process.execPath}' '${inject('cli')}'\r`);
	await terminal.waitFor(/web +healthy/, 20_000);
	terminal.press(ctrlZ);
	await terminal.waitFor(/Stopped.*shell>\s*$/s, 10_000);
	expect(terminal.isAlternateScreen()).toBe(false);
	// The shell uses bracketed paste too.
	expect(isRestored(terminal.written(), modes)).toBe(true);
	terminal.press('fg\r');
	await terminal.waitFor('Services and resources', 10_000);
	expect(terminal.isAlternateScreen()).toBe(true);
	terminal.press('q');
	await terminal.waitFor(/shell>\s*$/, 10_000);
	terminal.press('exit\r');
	await terminal.ended;
}, 60_000);

test('for a screen reader the dashboard is questions and answers in lines, without redrawing', async () => {
	using terminal = open('--accessible');
	await terminal.waitFor('Number or name of an environment, or quit: ', 20_000);
	terminal.press('1\r');
	await terminal.waitFor(/service web: healthy, at http:/, 20_000);
	await terminal.waitFor('Action, or enter to refresh: ');
	terminal.press('restart\r');
	await terminal.waitFor(/Type yes, no, or full for the whole plan:\s*$/, 30_000);
	terminal.press('no\r');
	await terminal.waitFor(/Nothing was changed\..*refresh:\s*$/s, 30_000);
	terminal.press('quit\r');
	expect(await terminal.ended).toMatchObject({exitCode: 0});
	expect(terminal.written()).not.toMatch(/\u001B\[\?1049h|[✓✗●○│╭›]/);
}, 90_000);

test('settings change keys, and an error in them is reported before a screen opens', async () => {
	const config = `${sandbox.folder}-config`;
	const {mkdirSync, writeFileSync, rmSync} = await import('node:fs');
	mkdirSync(config, {mode: 0o700});
	const use = (settings: object) => {
		writeFileSync(`${config}/settings.json`, JSON.stringify(settings));
		return openCli(sandbox, [], {env: {COMPARTMENT_CONFIG_HOME: config}});
	};
	try {
		using changed = use({keys: {quit: ['X']}, theme: {accent: 'blue'}});
		expect(await changed.waitFor('Services and resources', 20_000)).toContain('X quit');
		expect(changed.written()).toContain('\u001B[34m');
		changed.press('qX');
		expect(await changed.ended).toMatchObject({exitCode: 0});
		using wrong = use({keys: {follow: ['w']}});
		expect(await wrong.ended).toMatchObject({exitCode: 1});
		expect(wrong.scrollback()).toContain('"w" is bound to both follow and wrap');
		expect(wrong.isAlternateScreen()).toBe(false);
	} finally {
		rmSync(config, {recursive: true});
	}
}, 60_000);
