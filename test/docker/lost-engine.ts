import {execFileSync} from 'node:child_process';
import {afterAll, beforeAll, expect} from 'vitest';
import {type AgentUnderTest, withAgent} from './agent-lab.ts';
import {type Sandbox, withSandbox} from './cli.ts';
import {publicService} from './cli-server.ts';
import {type EngineProxy, openEngineProxy} from './engine-proxy.ts';
import {until} from './helpers.ts';

type Lab = {readonly sandbox: Sandbox; readonly agent: AgentUnderTest; readonly proxy: () => EngineProxy};

/**
 * A deployed service `web`, and an agent that reaches its engine through a proxy, for the tests of a file.
 * @param limitMs how long the agent runs at most
 */
export function withLosableEngine(limitMs?: number): Lab {
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
	const agent = withAgent(sandbox, () => ({DOCKER_HOST: proxy.host}), limitMs);
	return {sandbox, agent, proxy: () => proxy};
}

/**
 * Cuts the agent off from its engine, kills its service `web` meanwhile, and expects that the agent heals it when the engine is
 * back, and hears of events again.
 */
export async function expectReconnects(
	{sandbox, agent, proxy: current}: Lab,
	whileGone: () => Promise<unknown>,
): Promise<void> {
	const proxy = current();
	const docker = (...args: readonly string[]) => execFileSync('docker', args, {stdio: 'ignore'});
	const {id} = await sandbox.running('service.web');
	await proxy.cut();
	await until(() => agent.types().includes('engine-lost'), 30_000);
	expect(await sandbox.succeed(['agent', 'status'])).toContain('The engine has not answered for');
	docker('kill', id);
	await whileGone();
	expect(agent.actions()).toEqual([]);
	await proxy.mend();
	await until(() => agent.actions('service.web').length > 0 && agent.types().includes('engine-found'), 90_000);
	expect(agent.actions()).toMatchObject([{outcome: 'done'}]);
	expect((await sandbox.running('service.web')).id).toBe(id);
	// From now on events arrive again.
	await agent.heals('service.web', async () => docker('kill', id));
	expect(agent.types().filter(type => type === 'engine-lost')).toHaveLength(1);
}
