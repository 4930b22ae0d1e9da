import {execFileSync} from 'node:child_process';
import {readdirSync, readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {afterAll, beforeEach, describe, expect, test} from 'vitest';
import {filesBelow, jsonLines, withSandbox, words} from './cli.ts';
import {openEngineProxy} from './engine-proxy.ts';
import {commandLines, isSleeping, smallImage, uniqueName, until} from './helpers.ts';

const sandbox = withSandbox();
const apply = ['apply', '--auto-approve'] as const;

/** A job, because an apply only builds it. */
const job = (changes: object = {}) => ({kind: 'job', path: 'web', ...changes});
const describeJob = (changes?: object) => sandbox.describe({services: {web: job(changes)}});
const dockerfile = (...steps: readonly string[]) =>
	sandbox.write({'web/Dockerfile': [`FROM ${smallImage}`, ...steps, 'CMD ["true"]', ''].join('\n')});
const buildLog = () => join(sandbox.folder, '.compartment/production/builds/web.log');

beforeEach(() => {
	rmSync(join(sandbox.folder, 'web'), {recursive: true, force: true});
	describeJob();
});

describe('a build that fails', () => {
	const failing = () =>
		dockerfile(
			`RUN echo ${uniqueName()}; for n in $(seq 40); do echo "line $n"; done; echo no such package >&2; exit 7`,
		);

	test('is reported with its step, the last lines, the exit code and the path of the whole log', async () => {
		failing();
		const {exitCode, stdout} = await sandbox.run(apply);
		expect(exitCode).toBe(1);
		const block = stdout.slice(stdout.search(/^image\.web +failed after/m)).split('\n');
		expect(block[0]).toMatch(/: the build failed at \[2\/2\] RUN echo .*; exit 7$/);
		expect(block.slice(1, 3)).toEqual(['  exit code: 7', '  last 20 lines:']);
		expect(block.slice(3, 23).map(line => line.trim().slice(2))).toEqual(
			expect.arrayContaining(['line 40', 'line 39', 'no such package']),
		);
		expect(block[23]).toBe(`  whole log: ${buildLog()}`);
		const log = readFileSync(buildLog(), 'utf8');
		expect(log).toMatch(/^line 1$[\s\S]*^line 40$/m);
		expect(log).toMatch(/^no such package$/m);
		expect(await sandbox.succeed(['deployment', 'logs'])).toContain('the build failed at');
	});

	test('is reported in the same parts as JSON', async () => {
		failing();
		const {stdout} = await sandbox.run([...apply, '--json']);
		expect(jsonLines(stdout).find(({type}) => type === 'step-failed')).toMatchObject({
			address: 'image.web',
			failure: {exitCode: 7, logFile: buildLog(), lastLines: expect.arrayContaining(['line 40', 'no such package'])},
		});
	});

	test('has its log shown instead of that of an older deployment', async () => {
		dockerfile();
		await sandbox.succeed(apply);
		failing();
		await sandbox.run(apply);
		expect(await sandbox.succeed(['deployment', 'logs', '--service', 'web'])).toContain('the build failed at');
	});

	test('because of an invalid Dockerfile is reported in the log too', async () => {
		dockerfile('RUNN x');
		const {stdout} = await sandbox.run(apply);
		expect(stdout).toMatch(/^image\.web +failed after .*unknown instruction: RUNN$/m);
		expect(readFileSync(buildLog(), 'utf8')).toContain('unknown instruction: RUNN');
	});
});

describe('ctrl-c while images are built', () => {
	const own = withSandbox();
	const seconds = `8${Date.now() % 100_000}.25`;
	const names = ['one', 'two', 'three', 'four'];

	test('stops the builds on the engine too and exits with 130, and the next apply builds them', async () => {
		own.describe({services: Object.fromEntries(names.map(name => [name, job({path: name})]))});
		const write = (step: (name: string) => string) => {
			for (const name of names)
				own.write({[`${name}/Dockerfile`]: `FROM ${smallImage}\n${step(name)}\nCMD ["true"]\n`});
		};
		write(name => `RUN echo begun ${uniqueName(name)}; sleep ${seconds}`);
		const applying = own.start(apply);
		// The step's command is a separate line; this one is its output.
		await until(() => applying.stdout().match(/│ begun /g)?.length === 3, 60_000);
		expect(isSleeping(seconds)).toBe(true);
		applying.child.kill('SIGINT');
		const {exitCode, signal, stdout} = await applying.ended;
		expect({exitCode, signal}).toEqual({exitCode: 130, signal: null});
		expect(stdout).toMatch(/^Apply cancelled after .*: \d done, \d+ skipped\.$/m);
		for (const name of names)
			expect(stdout).toMatch(new RegExp(`^image\\.${name} +skipped: the apply was cancelled$`, 'm'));
		await until(async () => !isSleeping(seconds));
		expect(readdirSync(join(own.folder, '.compartment/production/builds'))).toHaveLength(3);

		write(name => `RUN echo ${name} ${seconds}`);
		expect(await own.succeed(apply)).toMatch(/^Apply done in .*: \d+ done\.$/m);
		await own.expectNoChanges();
	});
});

describe('an engine', () => {
	const sent: string[] = [];
	const opening = openEngineProxy({header: 'Builder-Version: 1', onSend: text => void sent.push(text)});
	afterAll(async () => (await opening)[Symbol.asyncDispose]());
	const notice =
		'This engine has no BuildKit. Building with the classic builder, one step at a time and without cache mounts.';
	const queries = () => sent.flatMap(text => /^POST \S*\/build\?(\S*)/.exec(text)?.[1] ?? []);

	test('without BuildKit builds with the classic builder, and lines, events and log say so', async () => {
		const env = {DOCKER_HOST: (await opening).host};
		dockerfile(`RUN echo ${uniqueName()}`);
		const stdout = await sandbox.succeed(apply, {env});
		expect(stdout).toContain(`web │ ${notice}\n`);
		expect(readFileSync(buildLog(), 'utf8')).toMatch(new RegExp(`^${notice}\n`));
		expect(queries().map(query => new URLSearchParams(query).get('version'))).toEqual(['1']);

		dockerfile(`RUN echo ${uniqueName()}`);
		const events = jsonLines(await sandbox.succeed([...apply, '--json'], {env}));
		expect(events).toContainEqual(expect.objectContaining({type: 'log', address: 'image.web', text: notice}));
	});

	test('with BuildKit builds without a notice', async () => {
		dockerfile(`RUN echo ${uniqueName()}`);
		expect(await sandbox.succeed(apply)).not.toContain('classic');
	});
});

describe('a sensitive value', () => {
	const canary = uniqueName('canary');
	const setToken = () =>
		sandbox.succeed(['variable', 'set', 'TOKEN', '--service', 'web', '--sensitive', '--stdin'], {input: canary});

	test('is rejected as a build argument, and is in no history, layer, log or process list of a successful build', async () => {
		const build = 'test -z "$TOKEN" && env && sleep 1';
		sandbox.write({
			'web/package.json': JSON.stringify({scripts: {build, start: 'node server.js'}}),
			'web/server.js': `// ${uniqueName()}\n`,
		});
		await setToken();
		describeJob({build: {env: ['TOKEN']}});
		const blocked = await sandbox.run(apply);
		expect(blocked.exitCode).toBe(1);
		expect(words(blocked.stdout)).toContain(
			'Build variable "TOKEN" must be plain. Sensitive variables cannot be exposed to build.',
		);

		describeJob();
		const seen: string[] = [];
		const applying = sandbox.start(apply);
		let hasEnded = false;
		void applying.ended.finally(() => (hasEnded = true));
		while (!hasEnded) {
			seen.push(...commandLines());
			await pause(50);
		}
		const {exitCode, stdout, stderr} = await applying.ended;
		expect(exitCode, stdout + stderr).toBe(0);
		expect(seen.some(line => line.includes('test -z "$TOKEN"'))).toBe(true);

		const {imageId} = sandbox.state().images['web']!;
		const docker = (...args: readonly string[]) => execFileSync('docker', args, {maxBuffer: 2e9});
		const places = {
			history: docker('history', '--no-trunc', imageId),
			configuration: docker('image', 'inspect', imageId),
			layers: docker('save', imageId),
			output: stdout + stderr + blocked.stdout + blocked.stderr,
			log: await sandbox.succeed(['deployment', 'logs']),
			processes: seen.join('\n'),
			...Object.fromEntries(filesBelow(sandbox.folder).map(file => [file, readFileSync(file)])),
		};
		const found = Object.entries(places).filter(([, text]) => text.includes(canary));
		expect(found.map(([place]) => place)).toEqual([]);
	});
});
