import {execFileSync} from 'node:child_process';
import {setTimeout as pause} from 'node:timers/promises';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {withAgent} from './agent-lab.ts';
import {withSandbox} from './cli.ts';
import {publicService} from './cli-server.ts';
import {type EngineProxy, openEngineProxy} from './engine-proxy.ts';
import {until} from './helpers.ts';

let proxy: EngineProxy;
beforeAll(async () => {
	proxy = await openEngineProxy();
});
afterAll(() => proxy[Symbol.asyncDispose]());

const sandbox = withSandbox(async opened => {
	opened.addService('web');
	opened.describe({services: {web: publicService('web')}});
	await opened.succeed(['deploy']);
});
const agent = withAgent(sandbox, () => ({DOCKER_HOST: proxy.host}));

test('an agent whose engine was gone connects again, and heals what has stopped meanwhile', async () => {
	const {id} = await sandbox.running('service.web');
	await proxy.cut();
	await until(() => agent.types().includes('engine-lost'), 30_000);
	expect(await sandbox.succeed(['agent', 'status'])).toContain('The engine has not answered for');
	execFileSync('docker', ['kill', id], {stdio: 'ignore'});
	await pause(5000);
	expect(agent.actions()).toEqual([]);
	await proxy.mend();
	await until(() => agent.actions('service.web').length > 0 && agent.types().includes('engine-found'), 30_000);
	expect(agent.actions()).toMatchObject([{outcome: 'done'}]);
	expect((await sandbox.running('service.web')).id).toBe(id);
	// From now on events arrive again.
	expect(
		await agent.acts('service.web', async () => execFileSync('docker', ['kill', id], {stdio: 'ignore'})),
	).toMatchObject({
		outcome: 'done',
	});
});
