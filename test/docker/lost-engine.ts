import {execFileSync} from 'node:child_process';
import {expect} from 'vitest';
import type {AgentUnderTest} from './agent-lab.ts';
import type {Sandbox} from './cli.ts';
import type {EngineProxy} from './engine-proxy.ts';
import {until} from './helpers.ts';

/**
 * Cuts an agent off from its engine, kills its service `web` meanwhile, and expects that the agent heals it when the engine is
 * back, and hears of events again.
 */
export async function expectReconnects(
	sandbox: Sandbox,
	agent: AgentUnderTest,
	proxy: EngineProxy,
	whileGone: () => Promise<unknown>,
): Promise<void> {
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
