import {beforeAll, describe, expect, test} from 'vitest';
import {failpointNames} from '../../source/failpoints.ts';
import {publicService} from '../docker/cli-server.ts';
import {apply, describeProject, destroy, withCrashLab} from './lab.ts';
import {startLoad} from './load.ts';

const recoveryPoints = failpointNames.filter(name => name.startsWith('recover.'));
const writePoints = [
	'state.after-write',
	'state.after-rename',
	'journal.after-open',
	'journal.before-done',
	'journal.after-state',
] as const;

describe('a recovery', () => {
	const lab = withCrashLab();
	let version = 1;
	beforeAll(async () => {
		lab.write(version);
		expect(await lab.run(apply)).toMatchObject({exitCode: 0});
	});

	test.for([
		'switch.after-publish',
		'switch.between-names',
		'apply.after-switch',
		'resource.after-rename',
		'resource.after-record',
		'apply.after-run-candidate:2',
		'worker.after-stop',
		'retire.after-drain',
	])('after a crash at %s is repeated when it is killed too', async first => {
		const isLong = first === 'switch.after-publish' || first === 'resource.after-rename';
		for (const second of isLong ? [...recoveryPoints, ...writePoints] : recoveryPoints) {
			lab.write(++version);
			const load = startLoad(lab.sandbox);
			expect(await lab.crash(apply, first), first).toBe(true);
			// Not every recovery reaches this point.
			await lab.crash(apply, second);
			const recovery = await lab.run(apply);
			await load.stop();
			expect(recovery, recovery.stdout + recovery.stderr).toMatchObject({exitCode: 0});
			expect(load.losses, `${second}\n${recovery.stdout}`).toEqual([]);
			await lab.expectServing(version);
		}
	});

	test('handles two interrupted applies of different versions', async () => {
		const load = startLoad(lab.sandbox);
		lab.write(++version);
		expect(await lab.crash(apply, 'switch.after-publish')).toBe(true);
		lab.write(++version);
		expect(await lab.crash(apply, 'apply.after-run-candidate:2')).toBe(true);
		lab.write(++version);
		expect(await lab.crash(apply, 'apply.after-switch')).toBe(true);
		expect(await lab.run(apply)).toMatchObject({exitCode: 0});
		await load.stop();
		expect(load.losses).toEqual([]);
		await lab.expectServing(version);
	});

	test('also runs before a destroy', async () => {
		for (const point of ['switch.after-publish', 'resource.after-rename', 'apply.after-run-candidate']) {
			lab.write(++version);
			expect(await lab.crash(apply, point)).toBe(true);
			expect(await lab.run(destroy)).toMatchObject({exitCode: 0});
			await lab.expectDestroyed();
			expect(await lab.run(apply)).toMatchObject({exitCode: 0});
			await lab.expectServing(version);
		}
	});
});

describe('a router that is not running at the next apply', () => {
	const lab = withCrashLab();
	let version = 1;
	beforeAll(async () => {
		lab.write(version);
		expect(await lab.run(apply)).toMatchObject({exitCode: 0});
	});

	async function findRouter(): Promise<string> {
		return (await lab.sandbox.engine.findByName('container', lab.sandbox.router.name))!.id;
	}

	test.for(['switch.after-publish', 'apply.before-switch', 'retire.after-drain'])(
		'is started after a crash at %s',
		async point => {
			lab.write(++version);
			expect(await lab.crash(apply, point)).toBe(true);
			await lab.sandbox.engine.stop(await findRouter(), 1);
			const recovery = await lab.run(apply);
			expect(recovery, recovery.stdout + recovery.stderr).toMatchObject({exitCode: 0});
			await lab.expectServing(version);
		},
	);

	test.for(['switch.after-publish', 'apply.before-switch', 'retire.after-drain'])(
		'is recreated after a crash at %s',
		async point => {
			lab.write(++version);
			expect(await lab.crash(apply, point)).toBe(true);
			await lab.sandbox.engine.remove(await findRouter());
			const recovery = await lab.run(apply);
			expect(recovery, recovery.stdout + recovery.stderr).toMatchObject({exitCode: 0});
			await lab.expectServing(version);
		},
	);

	test('leaves the switch pending while its port is taken; it is completed later', async () => {
		const {engine, router, project} = lab.sandbox;
		lab.write(++version);
		expect(await lab.crash(apply, 'switch.after-publish')).toBe(true);
		await engine.stop(await findRouter(), 1);
		const thief = await engine.run({
			name: `${project}-thief`,
			image: 'debian:trixie-slim',
			labels: {'compartment.project': project},
			command: ['sleep', '600'],
			env: {},
			attachments: [{network: 'bridge'}],
			restart: {policy: 'no'},
			publish: {80: {host: router.listen, port: router.port}},
		});
		const refused = await lab.run(apply);
		expect(refused.exitCode).toBe(1);
		expect(refused.stdout + refused.stderr).toContain(`${project}-thief`);
		await engine.remove(thief);
		const recovery = await lab.run(apply);
		expect(recovery, recovery.stdout + recovery.stderr).toMatchObject({exitCode: 0});
		expect(recovery.stdout).toContain('the switch had already happened');
		await lab.expectServing(version);
	});
});

describe('an apply that removes a service', () => {
	const lab = withCrashLab();
	const write = (version: number, hasWorker: boolean, hasApi: boolean) => {
		lab.write(version);
		const {services, ...rest} = describeProject(version);
		lab.sandbox.addService('api', `v${version}`);
		lab.sandbox.describe({
			...rest,
			services: {
				web: services.web,
				...(hasWorker ? {worker: services.worker} : {}),
				...(hasApi ? {api: publicService('api')} : {}),
			},
		});
	};

	test.for([
		'apply.before-switch',
		'switch.after-publish',
		'apply.after-switch',
		'retire.after-leave',
		'apply.after-retire',
		'apply.before-remove',
		'apply.after-remove',
		'apply.after-remove:2',
	])('and is killed at %s is finished by the next apply', async point => {
		write(1, true, true);
		expect(await lab.run(apply)).toMatchObject({exitCode: 0});
		write(1, false, false);
		const load = startLoad(lab.sandbox);
		expect(await lab.crash(apply, point)).toBe(true);
		expect(await lab.run(apply)).toMatchObject({exitCode: 0});
		await load.stop();
		expect(load.losses).toEqual([]);
		await lab.expectServing(1);
		expect(Object.keys(lab.sandbox.state().active)).toEqual(['web']);
		expect((await lab.sandbox.observe()).containers).toHaveLength(2);
		expect((await lab.sandbox.ask('/', {service: 'api'})).status).toBe(404);
	});

	test.for(['switch.after-publish', 'apply.after-switch', 'apply.before-remove', 'apply.after-remove'])(
		'and is killed at %s keeps the service if it is declared again',
		async point => {
			write(1, true, true);
			expect(await lab.run(apply)).toMatchObject({exitCode: 0});
			write(1, false, false);
			expect(await lab.crash(apply, point)).toBe(true);
			write(1, true, true);
			expect(await lab.run(apply)).toMatchObject({exitCode: 0});
			await lab.expectServing(1);
			expect(Object.keys(lab.sandbox.state().active).sort()).toEqual(['api', 'web', 'worker']);
			expect((await lab.sandbox.ask('/', {service: 'api'})).body).toBe('api v1');
		},
	);

	test('and is killed while rules change is followed by the rules of the next apply', async () => {
		write(1, true, true);
		expect(await lab.run(apply)).toMatchObject({exitCode: 0});
		lab.sandbox.write({
			'compartment.routes.yml': 'version: 1\nroutes:\n  - on: web\n    path: /api/*\n    to: api\n',
		});
		expect(await lab.crash(apply, 'switch.after-publish')).toBe(true);
		lab.sandbox.remove('compartment.routes.yml');
		expect(await lab.run(apply)).toMatchObject({exitCode: 0});
		await lab.expectServing(1);
		expect((await lab.sandbox.ask('/api/x')).body).toBe('web v1');
	});
});

describe('a project with workers only', () => {
	const lab = withCrashLab(version => {
		const {services, resources} = describeProject(version);
		return {services: {worker: services.worker}, resources};
	});
	let version = 1;
	beforeAll(async () => {
		lab.write(version);
		expect(await lab.run(apply)).toMatchObject({exitCode: 0});
		await lab.expectServing(version);
	});

	test.for(['worker.after-stop', 'apply.after-run-candidate', 'switch.after-publish', 'apply.after-switch'])(
		'that is killed at %s is deployed by the next apply',
		async point => {
			lab.write(++version);
			expect(await lab.crash(apply, point)).toBe(true);
			expect(await lab.run(apply)).toMatchObject({exitCode: 0});
			await lab.expectServing(version);
		},
	);

	test('restarts its previous worker when the change is reverted', async () => {
		lab.write(version + 1);
		expect(await lab.crash(apply, 'worker.after-stop')).toBe(true);
		lab.write(version);
		const outcome = await lab.run(apply);
		expect(outcome).toMatchObject({exitCode: 0});
		expect(outcome.stdout).toMatch(/restarted .*worker/);
		await lab.expectServing(version);
	});
});

describe('a promote that is killed', () => {
	const lab = withCrashLab();
	const promote = ['promote', '--auto-approve'];
	let version = 1;
	beforeAll(async () => {
		lab.write(version);
		expect(await lab.run(apply)).toMatchObject({exitCode: 0});
	});

	test.for([
		['apply.before-switch', promote],
		['switch.after-publish', promote],
		['switch.after-publish', apply],
		['apply.after-switch', apply],
		['retire.after-leave', promote],
	] as const)('at %s is finished by %j', async ([point, next]) => {
		lab.write(++version);
		expect(await lab.run([...apply, '--hold'])).toMatchObject({exitCode: 0});
		const load = startLoad(lab.sandbox);
		expect(await lab.crash(promote, point)).toBe(true);
		const recovery = await lab.run(next);
		await load.stop();
		expect(recovery, recovery.stdout + recovery.stderr).toMatchObject({exitCode: 0});
		expect(load.losses).toEqual([]);
		await lab.expectServing(version);
	});

	test('while candidates start leaves none of them after the next apply', async () => {
		for (const point of ['apply.after-run-candidate', 'candidate.after-ready', 'candidate.after-ready:2']) {
			lab.write(++version);
			expect(await lab.crash([...apply, '--hold'], point), point).toBe(true);
			expect(await lab.run(apply)).toMatchObject({exitCode: 0});
			await lab.expectServing(version);
		}
	});
});
