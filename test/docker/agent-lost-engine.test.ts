import {setTimeout as pause} from 'node:timers/promises';
import {afterAll, beforeAll, test} from 'vitest';
import {withAgent} from './agent-lab.ts';
import {withSandbox} from './cli.ts';
import {publicService} from './cli-server.ts';
import {type EngineProxy, openEngineProxy} from './engine-proxy.ts';
import {expectReconnects} from './lost-engine.ts';

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

test('an agent whose engine was gone connects again, and heals what has stopped meanwhile', () =>
	expectReconnects(sandbox, agent, proxy, () => pause(5000)));
