import {describe, expect, test} from 'vitest';
import {labels} from '../../source/model/labels.ts';
import {serviceHost} from '../../source/model/names.ts';
import {containersAt, expectError, type Sandbox, withSandbox, words} from './cli.ts';
import {publicService, storeConnection, storeResource} from './cli-server.ts';
import {lifeFiles} from './life-server.ts';
import {ask} from './router-lab.ts';
import {startLoad} from './router-load.ts';

const hostOf = ({project}: Sandbox, environment: string) =>
	serviceHost({project, environment, service: 'web', baseDomain: 'localhost'});

describe('an environment’s name', () => {
	const sandbox = withSandbox(async opened => {
		opened.write(lifeFiles('web', 'v1'));
		opened.describe({services: {web: publicService('web')}});
		await opened.succeed(['deploy']);
	});
	const answer = async (environment: string) => (await ask(sandbox.router, {host: hostOf(sandbox, environment)})).body;

	test.each(['feature/größer 🚀 "x"', '..', 'a'.repeat(63), '--help'])('can be %s', async name => {
		const env = ['--env', name];
		await sandbox.succeed(['deploy', ...env]);
		expect(await answer(name)).toBe('web v1');
		const {containers} = await sandbox.observe(name);
		expect(containers.map(each => each.labels[labels.environment])).toEqual([name]);
		const {environment, folder} = JSON.parse(
			await sandbox.succeed(['environment', 'show', '--json', '--', name]),
		) as Record<string, string>;
		expect(environment).toBe(name);
		expect(folder).toMatch(/\/project\/\.compartment\/[a-z0-9-]+$/);
		expect(await sandbox.succeed(['environment', 'list'])).toContain(name);
		await sandbox.expectNoChanges(env);
		await sandbox.succeed(['environment', 'delete', '--auto-approve', '--', name]);
		expect(await sandbox.observe(name)).toEqual({containers: [], networks: [], volumes: []});
		expect(await sandbox.succeed(['environment', 'list'])).not.toContain(name);
		expect((await sandbox.ask()).body).toBe('web v1');
	});

	test('that is empty or longer than 63 characters is rejected', async () => {
		for (const name of ['', 'a'.repeat(64)])
			expectError(await sandbox.run(['plan', '--env', name]), 'An environment name has 1 to 63 characters.');
		expectError(await sandbox.run(['environment', 'show', 'absent']), /absent .*has not been deployed yet/);
	});

	test('that gives another environment’s host is an error in the plan that names the owner', async () => {
		await sandbox.succeed(['deploy', '--env', 'Staging']);
		const {stdout, exitCode} = await sandbox.run(['deploy', '--env', 'staging']);
		expect(exitCode).toBe(1);
		expect(words(stdout)).toContain(
			`host ${hostOf(sandbox, 'staging')} is served by project ${sandbox.project}, environment Staging`,
		);
		expect((await sandbox.observe('staging')).containers).toEqual([]);
		await sandbox.succeed(['destroy', '--env', 'Staging', '--auto-approve']);
		await sandbox.succeed(['deploy', '--env', 'staging']);
		expect(await answer('staging')).toBe('web v1');
	});
});

describe('a whole environment', () => {
	const services = {web: publicService('web', storeConnection), api: publicService('api', {kind: 'api'})};
	const sandbox = withSandbox(async opened => {
		opened.write({...lifeFiles('web', 'v1'), ...lifeFiles('api', 'v1')});
		opened.describe({services, resources: {store: storeResource('hello')}});
		await opened.succeed(['deploy']);
	});

	test('keeps its other services and reconciles its resources when one service is deployed', async () => {
		const before = await sandbox.running('service.api');
		sandbox.setVersion('web', 'v2');
		sandbox.setVersion('api', 'v2');
		sandbox.describe({services, resources: {store: storeResource('hello again')}});
		const stdout = words(await sandbox.succeed(['deploy', '--service', 'web']));
		expect(stdout).toContain('-/+ resource.store will be replaced');
		expect(stdout).not.toMatch(/service\.api will/);
		expect([(await sandbox.ask()).body, (await sandbox.ask('/sibling/api')).body]).toEqual(['web v2', 'api v1']);
		expect((await sandbox.running('service.api')).id).toBe(before.id);
		expectError(
			await sandbox.run(['deploy', '--service', 'wep']),
			'The requested service was not found in the compartment descriptor: wep',
		);
	});

	test('can be inspected with status, inspect, why, open and exec', async () => {
		const url = `http://${sandbox.host()}:${sandbox.router.port}`;
		expect(await sandbox.succeed(['status'])).toMatch(new RegExp(`^web +healthy .*${url}$`, 'm'));
		expect(await sandbox.succeed(['open'])).toBe(`${url}\n`);
		const {active} = JSON.parse(await sandbox.succeed(['inspect', '--service', 'web', '--json'])) as {
			active: Record<string, unknown>[];
		};
		expect(active).toMatchObject([
			{service: 'web', stage: 'active', hosts: [sandbox.host()], env: {STORE: 'from store.address'}},
		]);
		expect(await sandbox.succeed(['why', 'service.api'])).toContain('service.api: source changed: 1 file');
		expect(await sandbox.succeed(['why', 'service.web'])).toContain('is up to date');
		expectError(await sandbox.run(['why', 'service.wep']), /did you mean service\.web\?/);
		expect(
			await sandbox.run(['exec', 'web', '--', 'sh', '-c', 'echo "$COMPARTMENT_SERVICE_NAME"; exit 7']),
		).toMatchObject({
			exitCode: 7,
			stdout: 'web\n',
		});
		expect(await sandbox.run(['exec', 'store', '--', 'cat', '/data/starts'])).toMatchObject({
			stdout: 'hello\nhello again\n',
		});
		expectError(await sandbox.run(['exec', 'absent', '--', 'true']), /absent has no running container/);
	});

	test('can reach its resources by both names', async () => {
		const {id} = await sandbox.running('service.web');
		for (const name of ['store', `store.production.${sandbox.project}.resource.internal`]) {
			const script = `fetch('http://${name}:7000').then(answer => answer.text()).then(console.log)`;
			expect((await sandbox.engine.exec(id, ['node', '-e', script])).stdout).toBe('hello\nhello again\n\n');
		}
	});

	test('restarts without losing a request', async () => {
		const before = await sandbox.running('service.web');
		const load = startLoad(sandbox.router, sandbox.host(), {keepAlive: 2, fresh: 1, idling: 1});
		await sandbox.succeed(['restart', '--auto-approve']);
		await load.stop();
		expect(load.losses).toEqual([]);
		expect(load.samples.length).toBeGreaterThan(100);
		expect((await sandbox.running('service.web')).id).not.toBe(before.id);
	});

	test('answers 503 when stopped, without losing anything, and serves again when started', async () => {
		const before = (await sandbox.observe()).containers.length;
		await sandbox.succeed(['stop', '--auto-approve']);
		expect((await sandbox.observe()).containers.map(({state}) => state)).toEqual(
			Array.from({length: before}, () => 'exited'),
		);
		const askedAt = performance.now();
		expect(await sandbox.ask()).toMatchObject({status: 503});
		expect(performance.now() - askedAt).toBeLessThan(5000);
		expect(await sandbox.succeed(['status'])).toMatch(/^web +stopped/m);
		expect(await sandbox.succeed(['stop', '--auto-approve'])).toContain('Nothing runs in production.');
		await sandbox.succeed(['start', '--auto-approve']);
		expect((await sandbox.ask('/sibling/api')).body).toBe('api v1');
		expect(await sandbox.succeed(['status'])).toMatch(/^web +healthy/m);
		await sandbox.expectNoChanges(['--service', 'web']);
	});

	test('is destroyed without its data, unless a flag asks for it', async () => {
		await sandbox.succeed(['destroy', '--auto-approve']);
		const {containers, networks, volumes} = await sandbox.observe();
		expect([containers.length, networks.length, volumes.length]).toEqual([0, 0, 1]);
		await sandbox.succeed(['destroy', '--delete-data', '--auto-approve']);
		expect((await sandbox.observe()).volumes).toEqual([]);
		expect(containersAt(await sandbox.observe(), 'service.web')).toEqual([]);
	});
});
