import {execFile} from 'node:child_process';
import {resolve} from 'node:path';
import {promisify} from 'node:util';
import {beforeAll, describe, expect, test} from 'vitest';
import {useExample, withSandbox} from './cli.ts';

const bases = ['node:24-slim', 'python:3.13-slim', 'golang:1.24', 'caddy:2-alpine'];

beforeAll(async () => {
	await promisify(execFile)('bash', [resolve(import.meta.dirname, '../../scripts/images.sh'), ...bases]);
}, 300_000);

// These examples have no Dockerfile; their stack is detected, so their base images are needed too.
describe.each(['pnpm-workspace', 'python-service', 'go-service', 'vite-static'])('examples/%s', example => {
	const sandbox = withSandbox(opened => useExample(opened, example));

	test('deploys unchanged and answers through the router', async () => {
		const stdout = await sandbox.succeed(['deploy']);
		expect(stdout).toContain(`web active at http://${sandbox.host()}:${sandbox.router.port}`);
		expect((await sandbox.ask('/')).status).toBe(200);
		await sandbox.expectNoChanges();
	});
});
