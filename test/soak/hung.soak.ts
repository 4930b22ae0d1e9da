import {expect, test} from 'vitest';
import {withSandbox, words} from '../docker/cli.ts';
import {publicService} from '../docker/cli-server.ts';
import {until} from '../docker/helpers.ts';

const sandbox = withSandbox(async opened => {
	opened.addService('web');
	opened.describe({services: {web: publicService('web')}});
	await opened.succeed(['deploy']);
});

test('a service that keeps failing its probe is shown with its cause by plan, status and why, and repaired', async () => {
	await sandbox.ask('/sicken');
	const status = () => sandbox.succeed(['status']);
	await until(async () => (await status()).match(/^web +hung/m) !== null, 60_000);
	expect(await status()).toMatch(/^web hung: does not answer GET \/healthz since [\d:]+: 503 Service Unavailable$/m);
	const {active} = JSON.parse(await sandbox.succeed(['inspect', 'service.web', '--json'])) as {active: unknown[]};
	expect(active[0]).toMatchObject({health: 'hung', cause: expect.stringContaining('/healthz')});
	expect(await sandbox.succeed(['why', 'service.web'])).toContain('service.web: does not answer GET /healthz since ');
	const {stdout, exitCode} = await sandbox.run(['plan', '--detailed-exitcode']);
	expect(exitCode).toBe(2);
	const cause = 'does not answer GET /healthz since ';
	expect(words(stdout)).toContain(`Not healthy * service.web ${cause}`);
	expect(words(stdout)).toContain(`+/- service.web will be replaced, new one first: ${cause}`);
	await sandbox.succeed(['apply', '--auto-approve']);
	await sandbox.expectNoChanges();
	expect(await sandbox.ask('/')).toMatchObject({status: 200, body: 'web v1'});
});
