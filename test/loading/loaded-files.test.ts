import {execFile} from 'node:child_process';
import {cpSync, mkdtempSync, readFileSync, renameSync, rmSync} from 'node:fs';
import type {Server} from 'node:http';
import {tmpdir} from 'node:os';
import {basename, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {buildCli} from '../build-cli.ts';
import {openTerminal} from '../terminal/terminal.ts';
import {startEmptyEngine} from './empty-engine.ts';

// docs/performance.md explains the lists, and when one may change.

const probe = fileURLToPath(new URL('probe.ts', import.meta.url));
const example = fileURLToPath(new URL('../../examples/multi-service', import.meta.url));
const run = promisify(execFile);

let built: ReturnType<typeof buildCli>;
let engine: Server;
let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
	built = buildCli();
	folder = mkdtempSync(join(tmpdir(), 'compartment-loading-'));
	// Without what a demo has left in it.
	cpSync(example, join(folder, 'project'), {recursive: true, filter: path => basename(path) !== '.compartment'});
	const socket = join(folder, 'engine.sock');
	engine = await startEmptyEngine(socket);
	env = {
		PATH: process.env['PATH'] ?? '',
		HOME: folder,
		COMPARTMENT_CONFIG_HOME: join(folder, 'config'),
		DOCKER_HOST: `unix://${socket}`,
		LOADED: join(folder, 'loaded.json'),
	};
}, 120_000);

afterAll(() => {
	engine.close();
	built.remove();
	rmSync(folder, {recursive: true, force: true});
});

const nodeArgs = (args: readonly string[]) => ['--import', probe, built.cli, ...args];
const cwd = () => join(folder, 'project');

/** The files by name, without the hash that the build adds, and node's own modules. */
function readLoaded(): {readonly files: string; readonly modules: readonly string[]} {
	const {files, modules} = JSON.parse(readFileSync(env['LOADED']!, 'utf8')) as Record<'files' | 'modules', string[]>;
	const names = files.map(url => basename(url).replace(/-.{8}\.mjs$/, '.mjs'));
	return {files: `${names.sort().join('\n')}\n`, modules};
}

const recorded = (name: string) => `../../snapshots/loading/${name}.txt`;

test('--version loads one file and no module of node', async () => {
	const {stdout} = await run(process.execPath, nodeArgs(['--version']), {cwd: cwd(), env});
	expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
	const {files, modules} = readLoaded();
	expect(files).toBe('cli.mjs\n');
	expect(modules).toEqual([]);
});

test('--help loads the command line and nothing that runs a command', async () => {
	const {stdout} = await run(process.execPath, nodeArgs(['--help']), {cwd: cwd(), env});
	expect(stdout).toContain('Usage: compartment');
	await expect(readLoaded().files).toMatchFileSnapshot(recorded('help'));
});

test('plan loads the parser and the schema only for files that have changed', async () => {
	for (const name of ['plan-first', 'plan']) {
		const {stdout} = await run(process.execPath, nodeArgs(['plan']), {cwd: cwd(), env});
		expect(stdout).toContain('Plan: ');
		const {files, modules} = readLoaded();
		await expect(files).toMatchFileSnapshot(recorded(name));
		expect(modules).not.toContain('NativeModule http');
	}
});

test('validate parses only files that have changed, and looks for their sources every time', async () => {
	const validate = () => run(process.execPath, nodeArgs(['validate']), {cwd: cwd(), env});
	await validate();
	expect((await validate()).stdout).toMatch(/^Valid\./);
	const {files, modules} = readLoaded();
	await expect(files).toMatchFileSnapshot(recorded('validate'));
	expect(modules).not.toContain('NativeModule http');

	const descriptor = readFileSync(join(cwd(), 'compartment.yml'), 'utf8');
	const [, path = ''] = /^ +path: (.+)$/m.exec(descriptor) ?? [];
	renameSync(join(cwd(), path), join(folder, 'elsewhere'));
	const refused = await validate().catch((error: unknown) => error);
	renameSync(join(folder, 'elsewhere'), join(cwd(), path));
	expect(refused).toMatchObject({stderr: expect.stringMatching(/compartment\.yml:\d+:\d+ .*does not exist/)});
});

test('an apply that changes nothing loads what a plan loads', async () => {
	// Without a terminal it ends at its question, with an error.
	const refused = await run(process.execPath, nodeArgs(['apply']), {cwd: cwd(), env}).catch((error: unknown) => error);
	expect(refused).toMatchObject({stdout: expect.stringContaining('Plan: ')});
	await expect(readLoaded().files).toMatchFileSnapshot(recorded('apply-unapproved'));
});

test('the first frame of the dashboard is drawn before anything else is loaded', async () => {
	using terminal = openTerminal(process.execPath, nodeArgs([]), {cwd: cwd(), env: {...env, LOADED_UNTIL: 'quit'}});
	await terminal.waitFor('quit', 20_000);
	const {files, modules} = readLoaded();
	await expect(files).toMatchFileSnapshot(recorded('dashboard-first-frame'));
	expect(modules.length).toBeGreaterThan(0);
	for (const name of ['http', 'crypto', 'child_process', 'worker_threads', 'perf_hooks', 'internal/deps/undici/undici'])
		expect(modules).not.toContain(`NativeModule ${name}`);
	terminal.press('q');
	await terminal.ended;
});
