import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'vite';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {openTerminal} from '../terminal/terminal.ts';

const source = fileURLToPath(new URL('fixtures/apply-program.tsx', import.meta.url));
let folder = '';

// Node runs TypeScript, but no JSX.
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'compartment-screens-'));
	await build({
		configFile: false,
		logLevel: 'silent',
		define: {'process.env.DEV': '"false"', 'process.env.NODE_ENV': '"production"'},
		// vitest's own NODE_ENV would make this a development build.
		oxc: {jsx: {runtime: 'automatic', development: false}},
		ssr: {noExternal: true},
		plugins: [
			{
				name: 'no-devtools',
				enforce: 'pre',
				resolveId: id => (id === 'react-devtools-core' ? '\0devtools' : undefined),
				load: id => (id === '\0devtools' ? 'export default {}' : undefined),
			},
		],
		build: {ssr: source, outDir: folder, target: 'node22', rolldownOptions: {output: {entryFileNames: 'program.mjs'}}},
	});
});
afterAll(() => rm(folder, {recursive: true, force: true}));

const program = () => join(folder, 'program.mjs');
// A terminal that shows progress, and that is not in tmux.
const env = {WT_SESSION: 'a-session', TMUX: undefined, STY: undefined};

const run = (...args: readonly string[]) =>
	openTerminal(process.execPath, [program(), ...args], {columns: 80, rows: 24, env});

const mouse = [
	['\u001B[?1000h', '\u001B[?1000l'],
	['\u001B[?1006h', '\u001B[?1006l'],
] as const;
const window = [
	['\u001B[22;0t', '\u001B[23;0t'],
	['\u001B]9;4;1;0\u0007', '\u001B]9;4;0;0\u0007'],
] as const;

/** Whether everything outside of the frames was used, and given back after it. */
const isGivenBack = (written: string): boolean =>
	[...mouse, ...window].every(
		([on, off]) => written.includes(on) && written.lastIndexOf(off) > written.lastIndexOf(on),
	);

const isRestored = (written: string) =>
	(['\u001B[?1049', '\u001B[?7'] as const).every(mode => written.lastIndexOf(`${mode}l`) > -1) &&
	written.lastIndexOf('\u001B[?1049l') > written.lastIndexOf('\u001B[?1049h') &&
	written.lastIndexOf('\u001B[?7h') > written.lastIndexOf('\u001B[?7l') &&
	written.lastIndexOf('\u001B[?25h') > written.lastIndexOf('\u001B[?25l') &&
	written.lastIndexOf('\u001B[?2004l') > written.lastIndexOf('\u001B[?2004h');

test('the view closes when the apply has finished, and restores the main screen', async () => {
	using terminal = run('finish');
	await terminal.waitFor('notes › production');
	expect(terminal.isAlternateScreen()).toBe(true);
	expect(await terminal.ended).toMatchObject({exitCode: 0});
	expect(terminal.scrollback()).toBe('Plan: 9 to create.\ntranscript');
	expect(isRestored(terminal.written())).toBe(true);
	expect(isGivenBack(terminal.written())).toBe(true);
	expect(terminal.written()).toContain('\u001B]2;compartment: notes › production\u0007');
});

test('ctrl-c is handled once and twice, and running steps may finish', async () => {
	using terminal = run('wait');
	await terminal.waitFor('0/9 done');
	terminal.press('\u0003');
	await terminal.waitFor('press ctrl-c again to stop now');
	terminal.press('\u0003');
	expect(await terminal.ended).toMatchObject({exitCode: 0});
	expect(terminal.scrollback()).toContain('transcript graceful then now');
});

test.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)('%s restores the terminal', async signal => {
	using terminal = run('wait');
	await terminal.waitFor('0/9 done');
	terminal.kill(signal);
	await terminal.ended;
	expect(terminal.isAlternateScreen()).toBe(false);
	expect(isRestored(terminal.written())).toBe(true);
	expect(isGivenBack(terminal.written())).toBe(true);
});

test('a crash of the command restores the terminal and stays readable', async () => {
	using terminal = run('crash');
	await terminal.waitFor('0/9 done');
	expect(await terminal.ended).toMatchObject({exitCode: 1});
	expect(terminal.scrollback()).toContain('a defect while applying');
	expect(isRestored(terminal.written())).toBe(true);
	expect(isGivenBack(terminal.written())).toBe(true);
});

test('the approval stays in the scrollback as one line', async () => {
	using terminal = run('ask');
	await terminal.waitFor('Apply 9 actions');
	terminal.press('kkkk y');
	expect(await terminal.ended).toMatchObject({exitCode: 0});
	expect(terminal.scrollback()).toBe(
		[
			'Plan: 9 to create.',
			'',
			'✓ Approved: 6 of 9 actions, skipping image.web, service.web and routes',
			'{"decision":"apply","skipped":["image.web","service.web","routes"]}',
		].join('\n'),
	);
});

test('ten thousand lines a second are all read, and the last one is shown', async () => {
	using terminal = run('flood', '2');
	await terminal.waitFor(/request 1\d{4} GET/, 8000);
	await terminal.ended;
	expect(terminal.scrollback()).toMatch(/flood lines=(19|20)\d{3}/);
});

test('ctrl-z gives everything back until fg takes it again', async () => {
	using terminal = openTerminal('bash', ['--norc', '--noprofile', '-i'], {
		columns: 80,
		rows: 24,
		env: {...env, PS1: 'shell> '},
	});
	await terminal.waitFor('shell> ');
	terminal.press(`'${process.execPath}' '${program()}' wait\r`);
	await terminal.waitFor('0/9 done');
	terminal.press('\u001A');
	await terminal.waitFor(/Stopped.*shell>\s*$/s);
	expect(terminal.isAlternateScreen()).toBe(false);
	expect(isGivenBack(terminal.written())).toBe(true);
	const before = terminal.written().length;
	terminal.press('fg\r');
	await terminal.waitFor('0/9 done');
	const after = terminal.written().slice(before);
	for (const [on] of mouse) expect(after).toContain(on);
	expect(after).toContain('\u001B]2;compartment: notes › production\u0007');
	terminal.press('\u0003');
	await terminal.waitFor('press ctrl-c again');
	terminal.press('\u0003');
	await terminal.waitFor(/transcript .*shell>\s*$/s);
	expect(isGivenBack(terminal.written())).toBe(true);
	terminal.press('exit\r');
	await terminal.ended;
});

test('without the mouse the wheel sends arrow keys, and nothing is reported', async () => {
	using terminal = run('without-mouse');
	await terminal.waitFor('0/9 done');
	terminal.press('\u0003\u0003');
	await terminal.ended;
	for (const [on] of mouse) expect(terminal.written()).not.toContain(on);
	expect(terminal.written()).toContain('\u001B[?1007h');
});

test('a click selects a step, the wheel moves, and a click on a key presses it, however the reports are cut', async () => {
	using terminal = run('wait');
	await terminal.waitFor('0/9 done');
	const line = (text: string) =>
		terminal
			.text()
			.split('\n')
			.findIndex(each => each.includes(text));
	const report = (button: number, column: number, row: number) => `\u001B[<${button};${column + 1};${row + 1}M`;
	const click = report(0, 10, line('image.web'));
	terminal.press(click.slice(0, 6));
	await new Promise(resolve => setTimeout(resolve, 150));
	terminal.press(click.slice(6));
	await terminal.waitFor(/❯ .*image\.web/);
	terminal.press(report(65, 10, line('image.web')));
	await terminal.waitFor(/❯ .*service\.api/);
	const footer = line('ctrl-c cancel');
	terminal.press(report(0, terminal.text().split('\n')[footer]!.indexOf('ctrl-c'), footer));
	await terminal.waitFor('press ctrl-c again to stop now');
	terminal.press('\u0003');
	await terminal.ended;
	expect(terminal.scrollback()).toContain('transcript graceful then now');
});
