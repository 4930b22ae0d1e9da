import {describe, expect, test} from 'vitest';
import {labels} from '../../source/model/labels.ts';
import {containersAt, expectError, withSandbox, words} from './cli.ts';
import {publicService, storeConnection, storeResource} from './cli-server.ts';
import {lifeFiles} from './life-server.ts';

describe('a held candidate', () => {
	const services = {web: publicService('web'), api: publicService('api', {kind: 'api'})};
	const sandbox = withSandbox(async opened => {
		opened.write({...lifeFiles('web', 'v1'), ...lifeFiles('api', 'v1')});
		opened.describe({services});
		await opened.succeed(['deploy']);
	});
	const answers = async () => [(await sandbox.ask()).body, (await sandbox.ask('/sibling/api')).body];

	test('runs beside the active one, which is the only one that serves', async () => {
		sandbox.setVersion('web', 'v2');
		sandbox.setVersion('api', 'v2');
		const stdout = await sandbox.succeed(['apply', '--hold', '--auto-approve']);
		expect(words(stdout)).toMatch(/service\.api: candidate dpl_\w+ is held: compartment promote/);
		expect(containersAt(await sandbox.observe(), 'service.web').map(({state}) => state)).toEqual([
			'running',
			'running',
		]);
		for (let count = 0; count < 5; count++) expect(await answers()).toEqual(['web v1', 'api v1']);
		expect(await sandbox.succeed(['deployment', 'list', '--service', 'web'])).toMatch(
			/^dpl_\w+ +web +deploy +candidate/m,
		);
		expect(await sandbox.succeed(['inspect', '--json'])).toMatch(/"candidates": \[\s+\{/);
	});

	test('is created once, and holding the same again does nothing', async () => {
		expect(await sandbox.succeed(['apply', '--hold', '--auto-approve'])).toMatch(/^No changes\./m);
	});

	test('becomes active alone with --service, without a build or a new container', async () => {
		const [, candidate] = containersAt(await sandbox.observe(), 'service.web');
		const stdout = await sandbox.succeed(['promote', '--service', 'web', '--auto-approve']);
		expect(words(stdout)).toMatch(/~ service\.web will be updated in place: candidate dpl_\w+ becomes active/);
		expect(stdout).not.toContain('image.web');
		expect(await answers()).toEqual(['web v2', 'api v1']);
		expect((await sandbox.running('service.web')).id).toBe(candidate!.id);
	});

	test('can be discarded without effect on the active one', async () => {
		const stdout = words(await sandbox.succeed(['promote', '--discard', '--auto-approve']));
		expect(stdout).toMatch(
			/- candidate\.api will be deleted: candidate dpl_\w+ is discarded; the active deployment keeps serving/,
		);
		expect(await answers()).toEqual(['web v2', 'api v1']);
		expect(containersAt(await sandbox.observe(), 'service.api')).toHaveLength(1);
		for (const args of [['promote'], ['promote', '--discard'], ['promote', '--service', 'web']])
			expect(await sandbox.succeed([...args, '--auto-approve'])).toContain('No candidate is held in production.');
		const absent = await sandbox.run(['promote', '--service', 'shop', '--auto-approve']);
		expectError(absent, 'The requested service was not found: shop');
	});

	test('that has exited is not promoted', async () => {
		await sandbox.succeed(['apply', '--hold', '--auto-approve']);
		const [, candidate] = containersAt(await sandbox.observe(), 'service.api');
		await sandbox.engine.stop(candidate!.id, 1);
		const {stdout, exitCode} = await sandbox.run(['promote', '--auto-approve']);
		expect(exitCode).toBe(1);
		expect(words(stdout)).toMatch(/! service\.api candidate dpl_\w+ is no longer running/);
		expect(await answers()).toEqual(['web v2', 'api v1']);
	});

	test('is removed when its service is deployed', async () => {
		sandbox.setVersion('api', 'v3');
		const stdout = words(await sandbox.succeed(['deploy']));
		expect(stdout).toMatch(/- candidate\.api will be deleted: candidate dpl_\w+ is superseded by this deploy/);
		expect(await answers()).toEqual(['web v2', 'api v3']);
		await sandbox.expectNoChanges();
	});

	test('is not left behind if its sibling never becomes ready', async () => {
		sandbox.setVersion('web', 'v4');
		sandbox.setVersion('api', 'v4 unready');
		const quick = publicService('api', {kind: 'api', readiness: {type: 'http', path: '/healthz', timeoutMs: 1500}});
		sandbox.describe({services: {...services, api: quick}});
		expect(await sandbox.run(['apply', '--hold', '--auto-approve'])).toMatchObject({exitCode: 1});
		expect(await answers()).toEqual(['web v2', 'api v3']);
		const running = (await sandbox.observe()).containers.filter(({state}) => state === 'running');
		expect(running.map(each => each.labels[labels.address]).sort()).toEqual(['service.api', 'service.web']);
	});
});

describe('a promote from staging to production', () => {
	const sandbox = withSandbox(async opened => {
		opened.write({
			...lifeFiles('web', 'v1'),
			...lifeFiles('api', 'v1'),
			'compartment.routes.yml':
				'version: 1\nroutes:\n  - on: web\n    path: /api/*\n    to: api\n    stripPrefix: /api\n',
		});
		opened.describe({
			services: {web: publicService('web', storeConnection), api: publicService('api', {kind: 'api'})},
			resources: {store: storeResource('hello')},
		});
		await opened.succeed(['deploy', '--env', 'staging']);
	});
	const imageOf = async (environment: string) => (await sandbox.running('service.web', environment)).imageId;
	const envOf = async (environment?: string) =>
		JSON.parse((await sandbox.ask('/env', {environment})).body) as Record<string, string>;

	test('shows its plan first and builds nothing', async () => {
		const refused = await sandbox.run(['promote', '--from', 'staging', '--to', 'production']);
		expect(refused.exitCode).toBe(1);
		expect(words(refused.stdout)).toContain('+ service.web will be created');
		const stdout = await sandbox.succeed(['promote', '--from', 'staging', '--to', 'production', '--auto-approve']);
		expect(stdout).not.toContain('Step ');
		expect(await imageOf('production')).toBe(await imageOf('staging'));
	});

	test('runs with the variables, resources and rules of the target', async () => {
		const [here, there] = [await envOf(), await envOf('staging')];
		expect(here).toMatchObject({
			STORE: `store.production.${sandbox.project}.resource.internal:7000`,
			COMPARTMENT_ENVIRONMENT_NAME: 'production',
		});
		expect(there).toMatchObject({
			STORE: `store.staging.${sandbox.project}.resource.internal:7000`,
			COMPARTMENT_ENVIRONMENT_NAME: 'staging',
		});
		expect(here['COMPARTMENT_DEPLOYMENT_ID']).not.toBe(there['COMPARTMENT_DEPLOYMENT_ID']);
		expect((await sandbox.ask('/api/')).body).toBe('api v1');
		expect(await sandbox.succeed(['deployment', 'list'])).toMatch(/^dpl_\w+ +web +promote +active/m);
		await sandbox.expectNoChanges();
	});

	test('replaces only what differs the second time', async () => {
		sandbox.setVersion('web', 'v2');
		await sandbox.succeed(['deploy', '--env', 'staging', '--service', 'web']);
		const stdout = words(
			await sandbox.succeed(['promote', '--from', 'staging', '--to', 'production', '--auto-approve']),
		);
		expect(stdout).toMatch(
			/\+\/- service\.web will be replaced, new one first: image of dpl_\w+ is promoted from staging/,
		);
		expect(stdout).not.toMatch(/service\.api will be/);
		expect((await sandbox.ask()).body).toBe('web v2');
		expect(await sandbox.succeed(['promote', '--from', 'staging', '--auto-approve'])).toMatch(/^No changes\./m);
	});

	test('outlives the environment it came from, and can be rolled back', async () => {
		await sandbox.succeed(['environment', 'delete', 'staging', '--auto-approve']);
		expect((await sandbox.ask()).body).toBe('web v2');
		await sandbox.expectNoChanges();
		await sandbox.succeed(['rollback', '--service', 'web', '--auto-approve']);
		expect((await sandbox.ask()).body).toBe('web v1');
		expect((await sandbox.ask('/api/')).body).toBe('api v1');
	});

	test('reports what cannot be promoted', async () => {
		const promote = (...args: string[]) => sandbox.run(['promote', '--auto-approve', ...args]);
		expectError(await promote('--from', 'production'), 'Source and target environments must be different.');
		expectError(await promote('--from', 'staging'), 'The requested environment was not found: staging');
		expectError(
			await promote('--from', 'production', '--to', 'qa', '--service', 'shop'),
			'No active deployment was found for this environment and service: production, shop',
		);
		expectError(await promote('--to', 'qa'), '--to needs --from');
	});
});
