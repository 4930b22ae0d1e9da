import {afterAll, beforeAll, expect, test} from 'vitest';
import {connectDocker} from '../../source/engine/docker.ts';
import type {Engine} from '../../source/engine/engine.ts';
import {openCommit} from '../../source/router/commit.ts';
import {runScript} from '../../source/router/container.ts';
import {folder} from '../../source/router/layout.ts';
import {observeRouter, publish, settleTables, stagePublish} from '../../source/router/router.ts';
import {commitExits, commitScript, longestWaitSeconds} from '../../source/router/scripts.ts';
import type {RouteTable} from '../../source/router/table.ts';
import {openEngineProxy} from './engine-proxy.ts';
import {ask, type Lab, openLab, target} from './router-lab.ts';

let lab: Lab;
let containerId: string;
let addresses: Record<'a' | 'b', string>;

beforeAll(async () => {
	lab = await openLab();
	const [a, b] = await Promise.all([lab.startEcho('a', {3000: 'a'}), lab.startEcho('b', {3000: 'b'})]);
	addresses = {a: a.address, b: b.address};
	containerId = (await observeRouter(lab.engine, lab.router)).containerId!;
	await publish(lab.engine, lab.router, site('blue'));
}, 60_000);

afterAll(() => lab?.close(), 30_000);

const site = (active: 'blue' | 'green'): RouteTable =>
	lab.table({
		backends: [
			{
				service: 'web',
				accessMode: 'public',
				slots: {blue: target(addresses.a), green: target(addresses.b)},
				active,
			},
		],
	});

const served = async () => (await ask(lab.router, {host: `${lab.lineage}.localhost`})).echo?.name;

const stagedFiles = async () => {
	const {stdout} = await lab.engine.exec(containerId, ['ls', folder], {user: '0'});
	return stdout.split('\n').filter(name => name.startsWith('staged-'));
};

/** How many commits wait in the router. */
const waiting = async () => {
	const list = 'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " " | grep -o "timeout [0-9]* head" | wc -l';
	return Number((await lab.engine.exec(containerId, ['sh', '-c', list], {user: '0'})).stdout);
};

const expectNothingLeft = async () => {
	await expect.poll(stagedFiles, {timeout: 10_000}).toEqual([]);
	expect(await waiting()).toBe(0);
	expect(await served()).toBe('a');
};

test('a staged publish is checked and waits, changes nothing, and leaves nothing when it is abandoned', async () => {
	const staged = await stagePublish(lab.engine, lab.router, site('green'));
	expect(staged?.commit.isWaiting()).toBe(true);
	expect(await waiting()).toBeGreaterThan(0);
	expect(await served()).toBe('a');
	staged!.commit.abandon();
	await expectNothingLeft();
});

test('a staged publish whose connection is cut leaves nothing, and cannot be made any more', async () => {
	await using proxy = await openEngineProxy();
	const engine: Engine = connectDocker({host: proxy.host});
	const staged = await stagePublish(engine, lab.router, site('green'));
	expect(staged?.commit.isWaiting()).toBe(true);
	await proxy.cut();
	await expectNothingLeft();
	// Over ssh this machine hears of it last.
	await expect.poll(() => staged?.commit.isWaiting(), {timeout: 10_000}).toBe(false);
});

test('recovery cancels a staged publish, so that its line comes too late', async () => {
	const staged = await stagePublish(lab.engine, lab.router, site('green'));
	await settleTables(lab.engine, lab.router);
	expect(await staged!.commit.make()).toBeUndefined();
	await expectNothingLeft();
});

test('a staged publish that waits too long ends without a change', async () => {
	const impatient = commitScript.replace(`timeout ${longestWaitSeconds}`, 'timeout 1');
	expect(impatient).not.toBe(commitScript);
	await lab.engine.exec(
		containerId,
		['sh', '-c', `cd ${folder} && cp haproxy.cfg staged-00aa.cfg && cp generation 00aa`],
		{
			user: '0',
		},
	);
	const {stdout} = await lab.engine.exec(containerId, ['cat', `${folder}/00aa`], {user: '0'});
	const args = ['00aa', Number(stdout), Number(stdout) + 1, '', 'none'];
	const input = new Promise<string>(() => undefined);
	expect(await runScript(lab.engine, containerId, impatient, args, {input})).toMatchObject({
		exitCode: commitExits.abandoned,
	});
	await expectNothingLeft();
});

test('a configuration that HAProxy rejects is not staged', async () => {
	const change = {expected: 0, config: 'nonsense', table: null, change: {type: 'reload'}} as const;
	const {stdout} = await lab.engine.exec(containerId, ['cat', `${folder}/generation`], {user: '0'});
	const commit = openCommit(lab.engine, containerId, {...change, expected: Number(stdout)});
	await commit.staged;
	expect(commit.isWaiting()).toBe(false);
	await expect(commit.make()).rejects.toThrow("HAProxy rejected the router's new configuration.");
	await expectNothingLeft();
});

test('a staged publish is made by its line', async () => {
	const staged = await stagePublish(lab.engine, lab.router, site('green'));
	expect(await publish(lab.engine, lab.router, site('green'), {staged})).toEqual({method: 'switch'});
	expect(await served()).toBe('b');
	expect(await stagedFiles()).toEqual([]);
	expect(await publish(lab.engine, lab.router, site('green'))).toEqual({method: 'none'});
});
