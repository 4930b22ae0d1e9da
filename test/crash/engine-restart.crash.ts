import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {routerImage} from '../../source/router/options.ts';
import {withSandbox} from '../docker/cli.ts';
import {publicService, serviceFiles} from '../docker/cli-server.ts';
import {until} from '../docker/helpers.ts';
import {canRunEngine, createPrivateEngine, type PrivateEngine} from './private-engine.ts';

const routes = 'version: 1\nroutes:\n  - on: web\n    path: /api/*\n    to: api\n    stripPrefix: /api\n';

describe.runIf(canRunEngine())('an engine that is restarted', () => {
	let engine: PrivateEngine;
	const previous = process.env['DOCKER_HOST'];

	beforeAll(async () => {
		engine = createPrivateEngine();
		await engine.start();
		await engine.load([routerImage, 'node:24-slim']);
		process.env['DOCKER_HOST'] = engine.host;
	});

	afterAll(async () => {
		if (previous === undefined) delete process.env['DOCKER_HOST'];
		else process.env['DOCKER_HOST'] = previous;
		await engine.close();
	});

	const sandbox = withSandbox(async opened => {
		opened.write({...serviceFiles('web', 'v1'), ...serviceFiles('api', 'v1'), 'compartment.routes.yml': routes});
		opened.describe({services: {web: publicService('web'), api: publicService('api', {kind: 'api'})}});
		await opened.succeed(['deploy']);
		// A second deploy, so that the active slot is not the initial one.
		opened.setVersion('web', 'v2');
		await opened.succeed(['deploy']);
	});

	const statusOf = (path: string, host = sandbox.host()) => engine.statusOf(sandbox.router.port, host, path);

	test.each(['SIGTERM', 'SIGKILL'] as const)('after %s serves the same routes without any command', async signal => {
		expect([await statusOf('/'), await statusOf('/api/')]).toEqual([200, 200]);
		await engine.stop(signal);
		expect(await statusOf('/')).toBe(0);
		await engine.start();
		await until(async () => (await statusOf('/')) === 200 && (await statusOf('/api/')) === 200, 60_000);
		expect(await statusOf('/', 'unknown.localhost')).toBe(404);
		await sandbox.expectNoChanges();
	});
});
