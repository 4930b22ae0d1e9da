import {execFileSync} from 'node:child_process';
import {setTimeout as pause} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import {withAgent} from './agent-lab.ts';
import {type Sandbox, withSandbox} from './cli.ts';
import {publicService, storeConnection, storeResource} from './cli-server.ts';
import {until} from './helpers.ts';
import {keepAsking} from './life-asking.ts';

const docker = (...args: readonly string[]) =>
	execFileSync('docker', args, {stdio: ['ignore', 'pipe', 'pipe']}).toString();

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

/**
 * When a visitor of web who comes now is answered: one request every 25 ms, because the router holds each until it can try
 * again, a second later.
 */
async function firstAnswer(sandbox: Sandbox): Promise<number> {
	let isAnswered = false;
	while (!isAnswered) {
		void sandbox.ask('/').then(
			({status}) => {
				isAnswered ||= status === 200;
			},
			() => undefined,
		);
		await pause(25);
	}
	return performance.now();
}

describe('while an agent runs,', () => {
	/** How long it takes to start web by hand on this machine, which other tests keep busy. */
	const byHand: number[] = [];
	const sandbox = withSandbox(async opened => {
		for (const name of ['web', 'api', 'work']) opened.addService(name);
		opened.describe({
			services: {
				web: publicService('web', storeConnection),
				api: publicService('api'),
				work: {path: './services/work', kind: 'worker'},
			},
			resources: {store: storeResource('hello')},
		});
		await opened.succeed(['deploy']);
		const {id} = await opened.running('service.web');
		for (let round = 0; round < 3; round++) {
			docker('kill', id);
			const killed = performance.now();
			docker('start', id);
			byHand.push((await firstAnswer(opened)) - killed);
		}
	});
	const agent = withAgent(sandbox);

	const isServing = async (service = 'web') =>
		(await sandbox.ask('/', {service}).catch(() => undefined))?.status === 200;
	const untilServing = (service = 'web') => until(() => isServing(service), 30_000);

	// More often than ends make a crash loop: somebody asked for these.
	test('a service that is killed eight times under load serves again within a second each time', async () => {
		const others = ['service.api', 'service.work', 'resource.store'];
		const untouched = () => Promise.all(others.map(async address => (await sandbox.running(address)).startedAt));
		const before = await untouched();
		const {id} = await sandbox.running('service.web');
		const stopAsking = keepAsking(sandbox, '/');
		const stopOther = keepAsking(sandbox, '/');
		const gaps: number[] = [];
		for (let round = 0; round < 8; round++) {
			docker('kill', id);
			const killed = performance.now();
			gaps.push((await firstAnswer(sandbox)) - killed);
			await until(() => agent.actions('service.web').length > round, 30_000);
		}
		await Promise.all([stopAsking(), stopOther()]);
		const medians = `median ${Math.round(median(gaps))} ms, by hand ${Math.round(median(byHand))} ms`;
		console.log(`serving again after ${gaps.map(Math.round).join(', ')} ms; ${medians}`);
		expect(agent.actions('service.web').map(({outcome}) => outcome)).toEqual(Array(8).fill('done'));
		expect((await sandbox.running('service.web')).id).toBe(id);
		expect(await untouched()).toEqual(before);
		expect(median(gaps)).toBeLessThan(Math.max(1000, 3 * median(byHand)));
		await sandbox.expectNoChanges();
	});

	test.each(['service.web', 'service.work', 'resource.store'])('%s comes back when it is removed', async address => {
		const {id} = await sandbox.running(address);
		await agent.heals(address, async () => docker('rm', '-f', id));
		expect((await sandbox.running(address)).id).not.toBe(id);
		await untilServing();
		await sandbox.expectNoChanges();
	});

	test.each(['service.web', 'resource.store'])('%s continues when it is paused', async address => {
		const {id} = await sandbox.running(address);
		await agent.heals(address, async () => docker('pause', id));
		expect((await sandbox.running(address)).id).toBe(id);
		await untilServing();
		await sandbox.expectNoChanges();
	});

	test.each(['service.web', 'resource.store'])('%s is connected again when it is disconnected', async address => {
		const {id, networks} = await sandbox.running(address);
		for (const network of Object.keys(networks))
			await agent.heals(address, async () => docker('network', 'disconnect', network, id));
		expect(Object.keys((await sandbox.running(address)).networks).sort()).toEqual(Object.keys(networks).sort());
		await untilServing();
		expect((await sandbox.ask('/store')).status).toBe(200);
		await sandbox.expectNoChanges();
	});

	test('a container that is renamed gets its name back', async () => {
		const {id, name} = await sandbox.running('service.web');
		const rename = async () => docker('rename', id, `${name}-elsewhere`);
		await agent.heals('service.web', rename);
		expect((await sandbox.running('service.web')).name).toBe(name);
		await sandbox.expectNoChanges();
	});

	test('a database that is killed has its data after', async () => {
		const {id} = await sandbox.running('resource.store');
		const before = (await sandbox.ask('/store')).body;
		await agent.heals('resource.store', async () => docker('kill', id));
		await until(async () => (await sandbox.ask('/store')).status === 200);
		expect((await sandbox.ask('/store')).body).toBe(`${before}hello\n`);
	});

	test('the router comes back when it is removed', async () => {
		await agent.heals('router', async () => docker('rm', '-f', sandbox.router.name));
		await untilServing();
		await untilServing('api');
		await sandbox.expectNoChanges();
	});

	test('what is stopped with Compartment stays stopped', async () => {
		const before = agent.actions().length;
		await sandbox.succeed(['stop', '--auto-approve']);
		await pause(3000);
		expect(agent.actions()).toHaveLength(before);
		await sandbox.succeed(['start', '--auto-approve']);
		await untilServing();
		expect(agent.actions()).toHaveLength(before);
	});

	test('it has reported no problem, and stops when it is asked to', async () => {
		expect(agent.problems()).toEqual([]);
		await agent.stop();
	});
});
