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

const run = (...args: readonly string[]) =>
	openTerminal(process.execPath, [join(folder, 'program.mjs'), ...args], {columns: 80, rows: 24});

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
});

test('a crash of the command restores the terminal and stays readable', async () => {
	using terminal = run('crash');
	await terminal.waitFor('0/9 done');
	expect(await terminal.ended).toMatchObject({exitCode: 1});
	expect(terminal.scrollback()).toContain('a defect while applying');
	expect(isRestored(terminal.written())).toBe(true);
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
