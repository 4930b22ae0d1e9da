import {existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {afterEach, beforeEach, expect, it, vi} from 'vitest';
import {runJob} from '../../source/apply/run-job.ts';
import {jobRun} from '../../source/commands/deploy/job.ts';
import {lifecycle, restart} from '../../source/commands/deploy/lifecycle.ts';
import {plan} from '../../source/commands/deploy/plan.ts';
import {environmentList} from '../../source/commands/environments/list.ts';
import {doctor} from '../../source/commands/inspect/doctor.ts';
import {status} from '../../source/commands/inspect/status.ts';
import {validate} from '../../source/commands/project/validate.ts';
import {resourceBackupList} from '../../source/commands/resources/backup-list.ts';
import {resourceDelete} from '../../source/commands/resources/life.ts';
import {resourceList} from '../../source/commands/resources/list.ts';
import {variableImport} from '../../source/commands/variables/import.ts';
import {variableList} from '../../source/commands/variables/list.ts';
import {variableSet} from '../../source/commands/variables/set.ts';
import type {Engine} from '../../source/engine/engine.ts';
import {EngineError, LockedError} from '../../source/errors.ts';
import {describeDesired} from '../../source/model/desired.ts';
import {acquireLock} from '../../source/state/lock.ts';
import {createMemoryWorld, images, type MemoryWorld} from '../apply/memory-world.ts';
import {backupRecord} from '../backup/backup-record.ts';
import {read} from '../descriptor/support.ts';

vi.mock(import('node:timers/promises'), async original =>
	(await import('../apply/short-pauses.ts')).shortenPauses(original),
);

const reached = vi.hoisted(() => ({engine: undefined as unknown}));

vi.mock(import('../../source/engine/docker.ts'), () => ({connectDocker: () => reached.engine as Engine}));

const descriptor = `name: shop
services:
  web: {kind: web, image: "${images.good}", port: 8080, connections: {db: {env: {DB: where}}}}
  work: {kind: worker, image: "${images.good}"}
  tidy: {kind: job, image: "${images.good}", run: {command: exit 0}}
resources:
  db: {image: "${images.database}", outputs: {where: {value: db, sensitive: false}}}
`;

let world: MemoryWorld;
let folder: string;
let printed: {stdout: string; stderr: string};

beforeEach(async () => {
	world = await createMemoryWorld();
	folder = dirname(dirname(world.directory));
	reached.engine = world.engine;
	writeFileSync(join(folder, 'compartment.yml'), descriptor);
	vi.spyOn(process, 'cwd').mockReturnValue(folder);
	printed = {stdout: '', stderr: ''};
	for (const stream of ['stdout', 'stderr'] as const)
		vi.spyOn(process[stream], 'write').mockImplementation(text => {
			printed[stream] += String(text);
			return true;
		});
});

afterEach(() => {
	vi.restoreAllMocks();
	process.exitCode = undefined;
	world.close();
});

it.each(['restart', 'start', 'stop'] as const)(
	'in a %s, only services that connect to a database wait for it',
	async mode => {
		await deploy();
		if (mode === 'start') await world.apply(descriptor, {mode: 'stop'});
		const {plan: made} = await world.plan(descriptor, {mode});
		const before = (address: string) =>
			made.actions
				.find(action => action.address === address)
				?.dependsOn.filter(other => /^(?:service|resource)/.test(other));
		if (mode === 'stop') expect(before('resource.db')).toEqual(['service.web']);
		else expect([before('service.web'), before('service.work')]).toEqual([['resource.db'], []]);
	},
);

const deploy = async () => expect((await world.apply(descriptor)).result?.outcome).toBe('done');

it.each([
	['restart', () => restart([], {env: 'nope', autoApprove: true})],
	['stop', () => lifecycle('stop', {env: 'nope', autoApprove: true})],
	['start', () => lifecycle('start', {env: 'nope', autoApprove: true})],
])('%s creates nothing for an environment that does not exist or was never approved', async (_, run) => {
	await deploy();
	const before = await world.engine.observe({});
	const refusal = /environment nope of shop has not been deployed yet/;
	await expect(run()).rejects.toThrow(refusal);
	expect(existsSync(join(folder, '.compartment', 'nope'))).toBe(false);
	mkdirSync(join(folder, '.compartment', 'nope'), {mode: 0o700});
	await expect(run()).rejects.toThrow(refusal);
	expect(await world.engine.observe({})).toEqual(before);
});

it('a command that only reads creates no state folder', async () => {
	const fresh = mkdtempSync(join(tmpdir(), 'compartment-fresh-'));
	try {
		mkdirSync(join(fresh, 'web'));
		writeFileSync(join(fresh, 'web', 'Dockerfile'), 'FROM scratch\n');
		writeFileSync(join(fresh, 'web', 'server.js'), 'hello');
		writeFileSync(
			join(fresh, 'compartment.yml'),
			'name: shop\nservices:\n  web: {kind: web, path: ./web, port: 8080}\n',
		);
		vi.mocked(process.cwd).mockReturnValue(fresh);
		await plan({});
		expect(printed.stdout).toContain('image.web');
		await validate({});
		await status({});
		await doctor({});
		expect(readdirSync(fresh).sort()).toEqual(['compartment.yml', 'web']);
	} finally {
		rmSync(fresh, {recursive: true, force: true});
	}
});

it('an import overrides inherited variables of a service, and overwrites its own only with --replace', async () => {
	const file = join(folder, 'values.env');
	await variableSet('LEVEL', 'info', {});
	writeFileSync(file, 'LEVEL=debug\n');
	await variableImport({service: 'web', file});
	await expect(variableImport({service: 'web', file})).rejects.toThrow('overwrite existing winners for: LEVEL');
	await expect(variableImport({file})).rejects.toThrow('overwrite existing winners for: LEVEL');
});

it('a value of two lines looks different from one with an escaped newline', async () => {
	await variableSet('ONE', 'a b', {});
	await variableSet('TWO', 'a\nb', {});
	await variableList({});
	const [one, two] = ['ONE', 'TWO'].map(key => new RegExp(`^${key} +(.*)$`, 'm').exec(printed.stdout)?.[1]);
	expect(one).toBeDefined();
	expect(two).toBeDefined();
	expect(one).not.toBe(two);
});

it('the hint of a failed step is printed with it', async () => {
	await deploy();
	await world.changeState(state => ({
		...state,
		deployments: Object.fromEntries(
			Object.entries(state.deployments).map(([id, deployment]) => [
				id,
				{...deployment, imageId: `sha256:${'0'.repeat(64)}`},
			]),
		),
	}));
	const {events} = await world.apply(descriptor, {mode: 'restart', services: ['web']});
	expect(events.find(({type}) => type === 'step-failed')).toMatchObject({
		message: 'the image of service web no longer exists',
		hint: 'compartment apply --rebuild',
	});
});

it('deleting a resource names the services that connect to it', async () => {
	await deploy();
	await resourceDelete({resource: 'db'});
	expect(printed.stderr).toContain('Connected to resource db: web.');
});

it('an undeclared job is refused with the names of declared ones', async () => {
	await deploy();
	await expect(jobRun('tidi', [], {})).rejects.toMatchObject({
		message: expect.stringContaining('did you mean tidy?'),
		hint: 'Jobs: tidy',
	});
});

it('a pipe gets all columns of the status, and lists as tab-separated lines', async () => {
	await deploy();
	await status({});
	expect(printed.stdout).toMatch(/^SERVICE .*DEPLOYMENT .*URL/m);
	expect(printed.stdout.split('\n').some(line => line.length > 80)).toBe(true);
	printed.stdout = '';
	await resourceList({});
	expect(printed.stdout).toMatch(/^db\t\w+\t\S+\n$/);
});

it('a terminal gets lists with a header', async () => {
	await deploy();
	vi.stubEnv('CI', '');
	const isTerminal = process.stdout.isTTY;
	process.stdout.isTTY = true;
	try {
		await world.changeState(state => ({
			...state,
			backups: [backupRecord({status: 'succeeded', createdAt: '2026-11-20T08:00:00.000Z'})],
		}));
		await resourceList({color: false});
		expect(printed.stdout).toMatch(/^RESOURCE +STATE +HOST\ndb +\w+ +\S+\n$/);
		printed.stdout = '';
		await resourceBackupList({resource: 'db', color: false});
		expect(printed.stdout).toMatch(/^BACKUP +STATUS +PURPOSE +CREATED\nrbak_\w+ +succeeded +manual +2026/);
	} finally {
		process.stdout.isTTY = isTerminal;
		vi.unstubAllEnvs();
	}
});

it('the status of a stopped environment lists every service that it can start again', async () => {
	await deploy();
	await world.apply(descriptor, {mode: 'stop'});
	await status({});
	expect(printed.stdout).toMatch(/^web +stopped /m);
	expect(printed.stdout).toMatch(/^work +stopped /m);
});

it('a plan reports the same problems of compartment.yml at once as validate', async () => {
	writeFileSync(
		join(folder, 'compartment.yml'),
		'name: shop\nservices: {web: {path: nowhere}, api: {path: ., pth: .}}\n',
	);
	const problems = {problems: [{path: 'services.web.path'}, {path: 'services.api.pth'}]};
	await expect(validate({})).rejects.toMatchObject(problems);
	await expect(plan({})).rejects.toMatchObject(problems);
});

it('a command on an environment whose state is lost says so, and does not suggest an apply', async () => {
	await deploy();
	rmSync(join(folder, '.compartment'), {recursive: true});
	for (const run of [() => resourceList({}), () => lifecycle('stop', {autoApprove: true})])
		await expect(run()).rejects.toMatchObject({
			message: expect.stringContaining('have no state in this folder'),
			hint: expect.arrayContaining([{command: 'state rebuild', words: []}]),
		});
});

it('a destroyed environment has no services', async () => {
	await deploy();
	await world.apply(descriptor, {mode: 'destroy'});
	await environmentList({});
	expect(printed.stdout).toMatch(/^production +0 +0 /m);
});

it('a second command fails at once and names the flag to wait, and with it waits', async () => {
	await deploy();
	const lock = await acquireLock(world.directory, {operation: 'apply'});
	await expect(variableSet('KEY', 'x', {})).rejects.toMatchObject({
		exitCode: 3,
		hint: ['Wait for it: ', {again: ['--lock-timeout', '30s']}],
	});
	await expect(jobRun('tidy', [], {})).rejects.toBeInstanceOf(LockedError);
	const waiting = variableSet('KEY', 'x', {lockTimeout: 30_000});
	await lock.release();
	await waiting;
	expect((await world.state())?.variables.map(({key}) => key)).toContain('KEY');
});

it('the end of a job is recorded once the lock is free, and the wait is reported', async () => {
	await deploy();
	const state = (await world.state())!;
	const project = read(descriptor, undefined, {directory: folder});
	const {variables, bindings} = state;
	let lock: Awaited<ReturnType<typeof acquireLock>> | undefined;
	const said: string[] = [];
	// As soon as the job has its container, an apply begins.
	const engine = new Proxy(world.engine, {
		get(target, name) {
			if (name !== 'run') return Reflect.get(target, name);
			return async (...given: Parameters<Engine['run']>) => {
				lock = await acquireLock(world.directory, {operation: 'apply'});
				const id = await target.run(...given);
				await target.stop(id, 0);
				return id;
			};
		},
	});
	const run = await runJob({
		engine,
		router: {name: 'compartment-router', listen: '127.0.0.1', port: 9080, tlsPort: 9443},
		directory: world.directory,
		desired: describeDesired({
			project,
			environment: 'production',
			variables,
			bindings,
			baseDomain: 'localhost',
			volumes: {},
		}),
		service: 'tidy',
		arguments: [],
		signal: new AbortController().signal,
		say(message) {
			said.push(message);
			void lock?.release();
		},
		onLine: () => undefined,
	});
	expect(said).toEqual([expect.stringMatching(/locked by `compartment apply`.*The job has ended/)]);
	expect((await world.state())?.jobs.at(-1)).toMatchObject({id: run.id, completedAt: expect.any(String)});
});

it('a job goes on while the engine does not answer for a moment, and its exit code is recorded', async () => {
	await deploy();
	const state = (await world.state())!;
	const project = read(descriptor, undefined, {directory: folder});
	const {variables, bindings} = state;
	const lost = new EngineError('the engine closed the connection');
	let losses = 0;
	const lines: string[] = [];
	const engine = new Proxy(world.engine, {
		get(target, name) {
			// The container is started, and its log and its end are asked for, but nothing of it is answered.
			if (name === 'run')
				return async (...given: Parameters<Engine['run']>) => {
					const id = await target.run(...given);
					target.print(id, 'swept');
					target.crash(id, 3);
					losses++;
					throw lost;
				};
			if ((name === 'wait' || name === 'remove') && losses < 3)
				return async () => {
					losses++;
					throw lost;
				};
			return Reflect.get(target, name);
		},
	});
	const run = await runJob({
		engine,
		router: {name: 'compartment-router', listen: '127.0.0.1', port: 9080, tlsPort: 9443},
		directory: world.directory,
		desired: describeDesired({
			project,
			environment: 'production',
			variables,
			bindings,
			baseDomain: 'localhost',
			volumes: {},
		}),
		service: 'tidy',
		arguments: [],
		signal: new AbortController().signal,
		say: () => undefined,
		onLine: text => lines.push(text),
	});
	expect([losses, lines, run]).toEqual([3, ['swept'], expect.objectContaining({status: 'failed', exitCode: 3})]);
	const {containers} = await world.engine.observe({});
	expect(containers.filter(({name}) => name.includes(run.id))).toEqual([]);
});
