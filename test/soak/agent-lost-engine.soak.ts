import {setTimeout as pause} from 'node:timers/promises';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {withAgent} from '../docker/agent-lab.ts';
import {withSandbox} from '../docker/cli.ts';
import {publicService} from '../docker/cli-server.ts';
import {type EngineProxy, openEngineProxy} from '../docker/engine-proxy.ts';
import {expectReconnects} from '../docker/lost-engine.ts';

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
const agent = withAgent(sandbox, () => ({DOCKER_HOST: proxy.host}), 15 * 60_000);

test('an agent whose engine was gone for ten minutes takes next to nothing, connects again, and heals', () =>
	expectReconnects(sandbox, agent, proxy, async () => {
		await pause(9 * 60_000);
		const {cpuShare, memory} = await agent.measure(60_000);
		expect(cpuShare).toBeLessThan(0.01);
		expect(memory).toBeLessThan(90e6);
	}));
