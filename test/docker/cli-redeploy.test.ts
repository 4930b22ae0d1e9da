import {describe, expect, test} from 'vitest';
import {containersAt, withSandbox, words} from './cli.ts';
import {publicService} from './cli-server.ts';
import {startLoad} from './router-load.ts';

const fewClients = {keepAlive: 4, fresh: 2, idling: 2};

describe('a redeploy under load', () => {
	const sandbox = withSandbox(async opened => {
		opened.addService('web');
		opened.describe({services: {web: publicService('web')}});
		await opened.succeed(['deploy']);
	});

	test('loses no request, and the previous deployment answers none after the end', async () => {
		sandbox.setVersion('web', 'v2');
		const plan = words(await sandbox.succeed(['plan']));
		expect(plan).toContain('~ image.web will be rebuilt: source changed: 1 file ~ version.txt');
		expect(plan).toContain('+/- service.web will be replaced, new one first: source changed: 1 file');

		const load = startLoad(sandbox.router, sandbox.host(), fewClients);
		const applying = sandbox.start(['deploy']);
		// In flight on the previous deployment during the switch.
		await applying.shows(/service\.web +ready, waiting for the switch|routes|draining/);
		const slow = sandbox.ask('/slow');
		const {exitCode} = await applying.ended;
		const returnedAt = performance.now();
		await new Promise(resolve => setTimeout(resolve, 500));
		await load.stop();

		expect(exitCode).toBe(0);
		expect(load.losses).toEqual([]);
		expect(load.samples.length).toBeGreaterThan(500);
		expect(new Set(load.samples.map(({name}) => name))).toEqual(new Set(['v1', 'v2']));
		expect(load.namesSince(returnedAt)).toEqual(['v2']);
		expect(await slow).toMatchObject({status: 200});
		await sandbox.expectNoChanges();
	});

	test('that only changes a variable names it', async () => {
		sandbox.describe({services: {web: publicService('web', {env: {GREETING: 'hello'}})}});
		const plan = words(await sandbox.succeed(['plan']));
		expect(plan).toContain('service.web will be replaced, new one first: GREETING added');
		expect(plan).not.toContain('image.web');
		await sandbox.succeed(['deploy']);
		await sandbox.expectNoChanges();
	});
});

describe('a service that never becomes ready', () => {
	const describeWeb = (timeoutMs: number) => ({
		services: {web: publicService('web', {readiness: {type: 'http', path: '/healthz', timeoutMs}})},
	});
	const sandbox = withSandbox(async opened => {
		opened.addService('web');
		opened.describe(describeWeb(3000));
		await opened.succeed(['deploy']);
	});

	test('leaves the previous deployment serving, and is kept stopped with a report', async () => {
		sandbox.setVersion('web', 'v2 unready');
		const load = startLoad(sandbox.router, sandbox.host(), fewClients);
		const {stdout, stderr, exitCode} = await sandbox.run(['deploy']);
		await load.stop();
		expect(exitCode).toBe(1);
		expect(stderr).toBe('');
		expect(stdout).toMatch(
			/service\.web +failed after .*: runtime readiness failed: Container on port 3000 did not become healthy before 3000ms\./,
		);
		expect(stdout).toContain('last probe: GET /healthz → 503 Service Unavailable: not yet');
		expect(stdout).toMatch(/last 2 lines:\n +│ starting web v2\n +│ listening on 3000/);
		expect(stdout).toMatch(/^Apply failed after .*: 1 done, 1 failed\.$/m);
		expect(load.losses).toEqual([]);
		expect(load.namesSince(0)).toEqual(['v1']);
		expect(containersAt(await sandbox.observe(), 'service.web').map(({state}) => state)).toEqual(['running', 'exited']);
		const status = await sandbox.succeed(['status']);
		expect(status).toMatch(/^web +healthy/m);
		expect(status).toContain('web: the latest attempt failed');
	});

	test('because it crashes is reported with its exit code and its last 20 lines', async () => {
		sandbox.setVersion('web', 'v3 crash');
		sandbox.describe(describeWeb(20_000));
		const {stdout, exitCode, durationMs} = await sandbox.run(['deploy']);
		expect(exitCode).toBe(1);
		expect(durationMs).toBeLessThan(15_000);
		expect(stdout).toMatch(/service\.web +failed after .*: Your program exited with code 7 at startup\./);
		expect(stdout).toContain('exit code: 7');
		expect(stdout).toContain('last 20 lines:');
		const report = stdout.slice(stdout.indexOf('last 20 lines:')).split('\n').slice(1, 21);
		expect(report[0]).toMatch(/│ line 12$/);
		expect(report[19]).toMatch(/│ no table named invoices$/);
		expect((await sandbox.ask()).body).toBe('web v1');
		const stopped = containersAt(await sandbox.observe(), 'service.web').filter(({state}) => state !== 'running');
		expect(stopped.map(({state}) => state)).toEqual(['exited']);
		// The engine never restarted it, whatever its policy.
		expect(await sandbox.engine.inspectContainer(stopped[0]!.id)).toMatchObject({restartCount: 0});
	});

	test('because it exits with 0 ends the wait, although its restart policy would restart it forever', async () => {
		sandbox.setVersion('web', 'v3 done');
		sandbox.describe(describeWeb(20_000));
		const {stdout, exitCode} = await sandbox.run(['deploy']);
		expect(exitCode).toBe(1);
		expect(stdout).toContain('Your program exited with code 0 at startup, but it must keep running.');
		expect(stdout).toContain('exit code: 0');
		expect((await sandbox.ask()).body).toBe('web v1');
	});

	test('because it listens on another port without readiness never replaces one that accepts connections', async () => {
		sandbox.setVersion('web', 'v3 local');
		sandbox.describe({services: {web: publicService('web', {readiness: undefined})}});
		const {stdout, exitCode} = await sandbox.run(['deploy']);
		expect(exitCode).toBe(1);
		expect(stdout).toContain(
			'Nothing accepts connections on port 3000 after 10 s; your program listens on 127.0.0.1:3000 only, which cannot be reached from outside its container: use 0.0.0.0. The active deployment accepts them, so it keeps serving.',
		);
		expect((await sandbox.ask()).body).toBe('web v1');
		sandbox.describe(describeWeb(20_000));
	});

	test('can be fixed by a deploy', async () => {
		sandbox.setVersion('web', 'v4');
		await sandbox.succeed(['deploy']);
		expect((await sandbox.ask()).body).toBe('web v4');
		expect(await sandbox.succeed(['status'])).not.toContain('failed');
		await sandbox.expectNoChanges();
	});

	test('can be fixed in a first deployment too', async () => {
		sandbox.addService('shop', 'v1 crash');
		const services = {web: publicService('web'), shop: publicService('shop', {run: {restart: {policy: 'no'}}})};
		sandbox.describe({services});
		expect(await sandbox.run(['deploy'])).toMatchObject({exitCode: 1});
		expect((await sandbox.ask('/', {service: 'shop'})).status).not.toBe(200);
		expect((await sandbox.ask()).body).toBe('web v4');
		sandbox.setVersion('shop', 'v2');
		await sandbox.succeed(['deploy']);
		expect((await sandbox.ask('/', {service: 'shop'})).body).toBe('shop v2');
		await sandbox.expectNoChanges();
	});
});

describe('when one of two services fails,', () => {
	const services = {
		web: publicService('web'),
		api: publicService('api', {kind: 'api', readiness: {type: 'http', path: '/healthz', timeoutMs: 2000}}),
	};
	const sandbox = withSandbox(async opened => {
		opened.addService('web');
		opened.addService('api');
		opened.describe({services});
		await opened.succeed(['deploy']);
	});

	test('neither is switched, and the one that was ready is removed', async () => {
		const before = await sandbox.running('service.web');
		sandbox.setVersion('web', 'v2');
		sandbox.setVersion('api', 'v2 unready');
		const {stdout, exitCode} = await sandbox.run(['deploy']);
		expect(exitCode).toBe(1);
		expect(stdout).toMatch(/service\.web +held back: service\.api failed/);
		expect((await sandbox.ask()).body).toBe('web v1');
		expect((await sandbox.ask('/', {service: 'api'})).body).toBe('api v1');
		expect((await sandbox.ask('/sibling/api')).body).toBe('api v1');
		expect((await sandbox.running('service.web')).id).toBe(before.id);
		expect(containersAt(await sandbox.observe(), 'service.web')).toHaveLength(1);
	});

	test('the next plan says why web is deployed again, and the fix switches both', async () => {
		sandbox.setVersion('api', 'v3');
		const plan = words(await sandbox.succeed(['plan']));
		expect(plan).toContain('service.web will be replaced, new one first: a newer image is not active yet');
		await sandbox.succeed(['deploy']);
		expect((await sandbox.ask()).body).toBe('web v2');
		expect((await sandbox.ask('/', {service: 'api'})).body).toBe('api v3');
		await sandbox.expectNoChanges();
	});

	test('because of its build, nothing is changed and the builder’s output is shown', async () => {
		sandbox.write({'services/web/Dockerfile': 'FROM node:24-slim\nRUN echo compiling && exit 3\n'});
		const outcome = await sandbox.run(['deploy']);
		expect(outcome.exitCode).toBe(1);
		expect(outcome.stdout).toMatch(/image\.web +failed after/);
		expect(outcome.stdout).toContain('compiling');
		expect(outcome.stdout).toMatch(/service\.web +skipped: image\.web failed/);
		expect((await sandbox.ask()).body).toBe('web v2');
	});
});
