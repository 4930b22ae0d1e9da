import {chmodSync, existsSync, readdirSync, readFileSync, symlinkSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, describe, expect, onTestFinished, test, vi} from 'vitest';
import {explainRebuild} from '../../source/build/manifest.ts';
import {planBuild} from '../../source/build/plan-build.ts';
import {findRailpackTools} from '../../source/build/railpack/find-railpack.ts';
import {runBuild} from '../../source/build/run-build.ts';
import type {BuildProgress} from '../../source/engine/engine.ts';
import {createMemoryEngine} from '../../source/engine/memory.ts';
import {makeService, makeTree} from './tree.ts';

type Call = {
	readonly name: string;
	readonly pid: number;
	readonly args: readonly string[];
	readonly given: Readonly<Record<string, string>>;
	readonly environment: Readonly<Record<string, string>>;
	readonly secrets: readonly {readonly id: string; readonly value: string; readonly mode: string}[];
	readonly files: readonly string[];
	readonly plan?: string;
	readonly commandLine: string;
};

const stand = path.resolve(import.meta.dirname, 'fixtures/record.mjs');
let tools: string;
let record: string;
const calls = (): Call[] =>
	readFileSync(record, 'utf8')
		.split('\n')
		.filter(Boolean)
		.map(line => JSON.parse(line));

/** A folder for PATH with stand-ins for the tools, and Node to run them. */
function installTools(...names: readonly string[]): void {
	tools = makeTree({calls: ''});
	record = `${tools}/calls`;
	for (const name of names) symlinkSync(stand, `${tools}/${name}`);
	symlinkSync(process.execPath, `${tools}/node`);
	vi.stubEnv('PATH', `${tools}:/usr/bin:/bin`);
	vi.stubEnv('RECORD_FILE', record);
	vi.stubEnv('BUILDKIT_HOST', '');
}

afterEach(() => vi.unstubAllEnvs());

const tree = {
	'web/Gemfile': 'source',
	'web/lib/a.rb': 'puts 1',
	'web/.gitignore': 'ignored\n',
	'web/ignored': 'canary',
};
const service = makeService({
	path: 'web',
	run: {command: 'ruby a.rb', restart: {policy: 'no'}},
	build: {command: 'rake', env: ['PUBLIC_KEY'], packages: {build: ['gcc', 'make'], runtime: ['libpq5']}},
});

const memoryEngineAt = (DOCKER_HOST: string) => ({
	...createMemoryEngine({build: () => ({})}),
	clientVariables: async () => ({DOCKER_HOST}),
});

async function build({onOutput, ...options}: {signal?: AbortSignal; onOutput?: (text: string) => void} = {}) {
	const engine = memoryEngineAt('unix:///run/test.sock');
	const planned = await planBuild({
		project: {directory: makeTree(tree)},
		service,
		findImage: engine.findImage,
		readArchitecture: async () => (await engine.info()).architecture,
		buildArgs: {PUBLIC_KEY: 'canary-value'},
	});
	const progress: BuildProgress[] = [];
	const onProgress = (event: BuildProgress) => {
		progress.push(event);
		if (event.type === 'output') onOutput?.(event.text);
	};
	const image = await runBuild(engine, planned, {
		reference: `x/web:${planned.key}`,
		labels: {'compartment.address': 'image.web'},
		onProgress,
		...options,
	});
	return {engine, planned, progress, image};
}

const leftovers = () => readdirSync(tmpdir()).filter(name => name.startsWith('compartment-railpack-'));

describe('a build with docker buildx', () => {
	beforeEach(() => installTools('railpack', 'docker'));

	test('is planned for the CLI, with its version in the key', async () => {
		const {planned} = await build();
		expect(planned.reason).toBe('railpack 0.9.1 with buildx');
		const {inputs} = planned.manifest;
		expect(inputs.detected).toMatchObject({stack: 'Railpack', versions: {railpack: '0.9.1'}});
		const newer = {...inputs, detected: {...inputs.detected!, versions: {railpack: '0.10.0'}}};
		expect(explainRebuild(planned.manifest, {...planned.manifest, inputs: newer})).toEqual([
			'detected railpack version 0.9.1 → 0.10.0',
		]);
	});

	test('runs the tools with the usual arguments', async () => {
		const before = leftovers();
		const {planned} = await build();
		const [prepare, buildx] = calls();
		const folder = path.dirname(prepare!.args[1]!);
		const names = [
			'PUBLIC_KEY',
			'RAILPACK_BUILD_APT_PACKAGES',
			'RAILPACK_BUILD_CMD',
			'RAILPACK_DEPLOY_APT_PACKAGES',
			'RAILPACK_START_CMD',
		];
		expect([prepare!.name, prepare!.args]).toEqual([
			'railpack',
			[
				'prepare',
				`${folder}/source`,
				'--plan-out',
				`${folder}/railpack-plan.json`,
				'--info-out',
				`${folder}/railpack-info.json`,
				...names.flatMap(name => ['--env', name]),
			],
		]);
		expect([buildx!.name, buildx!.args]).toEqual([
			'docker',
			[
				'buildx',
				'build',
				'--progress',
				'plain',
				'--load',
				'--tag',
				`x/web:${planned.key}-railpack`,
				'--file',
				`${folder}/railpack-plan.json`,
				'--build-arg',
				'BUILDKIT_SYNTAX=ghcr.io/railwayapp/railpack-frontend:v0.9.1',
				'--build-arg',
				expect.stringMatching(/^secrets-hash=[0-9a-f]{32}$/),
				'--build-arg',
				expect.stringMatching(/^cache-key=[0-9a-f]{16}$/),
				...names.flatMap(name => ['--secret', `id=${name},src=${folder}/secrets/${name}`]),
				`${folder}/source`,
			],
		]);
		expect(leftovers()).toEqual(before);
	});

	test('passes values to railpack in its environment and to docker as files, never on a command line', async () => {
		await build();
		const [prepare, buildx] = calls();
		const values = {
			PUBLIC_KEY: 'canary-value',
			RAILPACK_BUILD_APT_PACKAGES: 'gcc make',
			RAILPACK_BUILD_CMD: 'rake',
			RAILPACK_DEPLOY_APT_PACKAGES: 'libpq5',
			RAILPACK_START_CMD: 'ruby a.rb',
		};
		const DOCKER_HOST = 'unix:///run/test.sock';
		expect(prepare!.given).toEqual({DOCKER_HOST, ...values});
		expect(buildx!.given).toEqual({DOCKER_HOST});
		expect(buildx!.secrets).toEqual(
			Object.entries(values).map(([id, value]) => expect.objectContaining({id, value, mode: '600'})),
		);
		for (const {commandLine} of calls()) expect(commandLine).not.toContain('canary');
	});

	test('runs nothing from the project, whatever its build variables and our PATH contain', async () => {
		const project = makeTree({...tree, 'bin/evil.mjs': '#!/bin/sh\ntouch "$RECORD_FILE.pwned"\n', '.git': null});
		chmodSync(`${project}/bin/evil.mjs`, 0o755);
		for (const name of ['docker', 'railpack']) symlinkSync('evil.mjs', `${project}/bin/${name}`);
		const before = process.cwd();
		process.chdir(project);
		onTestFinished(() => process.chdir(before));
		vi.stubEnv('PATH', ['', '.', './bin', 'bin', `${project}/bin`, process.env['PATH']].join(':'));
		vi.stubEnv('COMPARTMENT_PASSPHRASE', 'canary-passphrase');
		const steering = {PATH: './bin', LD_PRELOAD: './evil.so', DOCKER_CONFIG: '.', HOME: '.', PUBLIC_KEY: 'x'};
		const engine = memoryEngineAt('unix:///run/test.sock');
		const planned = await planBuild({
			project: {directory: `${project}/web`},
			service: {...service, path: '.'},
			findImage: engine.findImage,
			readArchitecture: async () => (await engine.info()).architecture,
			buildArgs: steering,
		});
		await runBuild(engine, planned, {reference: `x/web:${planned.key}`, labels: {}, onProgress: () => undefined});
		expect(calls().map(({name}) => name)).toEqual(['railpack', 'docker']);
		expect(existsSync(`${record}.pwned`)).toBe(false);
		for (const {environment} of calls()) {
			expect(environment).toMatchObject({HOME: process.env['HOME'], PATH: `${project}/bin:${tools}:/usr/bin:/bin`});
			expect(environment).not.toHaveProperty('LD_PRELOAD');
			expect(environment).not.toHaveProperty('DOCKER_CONFIG');
			expect(JSON.stringify(environment)).not.toContain('canary-passphrase');
		}
	});

	test('gives the tools only files that are not ignored, and passes the plan from the first to the second', async () => {
		await build();
		const [prepare, buildx] = calls();
		expect(prepare!.files).toEqual(['.gitignore', 'Gemfile', 'lib/a.rb']);
		expect(buildx!.files).toEqual(prepare!.files);
		expect(buildx!.plan).toBe('{"steps": []}');
	});

	test('labels and tags the result, and reports the tools’ output as progress', async () => {
		const {engine, image, planned, progress} = await build();
		expect(await engine.findImage(`x/web:${planned.key}`)).toMatchObject({
			id: image.id,
			labels: {'compartment.address': 'image.web'},
		});
		expect(progress.filter(event => event.type === 'output').map(({text}) => text)).toEqual(
			expect.arrayContaining(['railpack says hello', 'docker says hello', 'and writes to stderr']),
		);
		const steps = progress.filter(event => event.type === 'step').map(({name, state}) => `${name}: ${state}`);
		expect(steps.slice(0, 4)).toEqual([
			'railpack prepare: started',
			'railpack prepare: done',
			'docker buildx build: started',
			'docker buildx build: done',
		]);
	});

	test.each([
		['prepare', 'railpack prepare'],
		['buildx', 'docker buildx build'],
	])('reports a failing %s with its last lines, and leaves nothing behind', async (step, name) => {
		const before = leftovers();
		vi.stubEnv('FAIL', step);
		await expect(build()).rejects.toThrow(
			new RegExp(`^${name} failed: exit code 3\\n(?=[^]*says hello)(?=[^]*and writes to stderr)`),
		);
		expect(leftovers()).toEqual(before);
	});

	test.each([
		['prepare', 'railpack says hello', 1],
		['buildx', 'docker says hello', 2],
	])('stops %s on a signal, and leaves nothing behind', async (step, begun, tools) => {
		const before = leftovers();
		vi.stubEnv('HANG', step);
		const controller = new AbortController();
		const onOutput = (text: string) => void (text === begun && controller.abort());
		const building = build({signal: controller.signal, onOutput});
		await expect(building).rejects.toThrow(expect.objectContaining({name: 'CancelledError'}));
		expect(calls()).toHaveLength(tools);
		for (const {pid} of calls()) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
		expect(leftovers()).toEqual(before);
	});

	test('starts nothing after a signal', async () => {
		const signal = AbortSignal.abort();
		await expect(build({signal})).rejects.toThrow(expect.objectContaining({name: 'CancelledError'}));
		expect(calls()).toEqual([]);
	});
});

test('with BUILDKIT_HOST the CLI runs the whole build', async () => {
	installTools('railpack', 'docker');
	vi.stubEnv('NO_BUILDX', '1');
	vi.stubEnv('BUILDKIT_HOST', 'docker-container://buildkit');
	const {planned} = await build();
	expect(planned.reason).toBe('railpack 0.9.1 with BUILDKIT_HOST');
	const [call, ...others] = calls();
	expect(others).toEqual([]);
	expect(call!.args.slice(0, 5)).toEqual(['build', '--name', `x/web:${planned.key}-railpack`, '--progress', 'plain']);
	expect(call!.args.slice(5, 7)).toEqual(['--cache-key', expect.stringMatching(/^[0-9a-f]{16}$/)]);
	expect(call!.args.slice(7, 9)).toEqual(['--env', 'PUBLIC_KEY']);
});

test('the reason names what is missing', async () => {
	installTools('docker');
	expect(await findRailpackTools(makeTree())).toEqual({missing: 'railpack not found'});
	installTools('railpack');
	vi.stubEnv('PATH', tools);
	expect(await findRailpackTools(makeTree())).toEqual({
		missing: 'railpack found, but neither docker buildx nor BUILDKIT_HOST',
	});
});
