import {afterAll, beforeAll, expect, test} from 'vitest';
import {connectDocker} from '../../source/engine/docker.ts';
import {observeRouter, probeHttp, probeTcp} from '../../source/router/router.ts';
import {openEngineProxy} from './engine-proxy.ts';
import {type Lab, openLab} from './router-lab.ts';

let lab: Lab;
let containerId: string;
let address: string;

beforeAll(async () => {
	lab = await openLab();
	({address} = await lab.startEcho('web', {3000: 'web'}));
	containerId = (await observeRouter(lab.engine, lab.router)).containerId!;
	expect(await probeTcp(lab.engine, lab.router, {address, port: 3000, timeoutMs: 10_000})).toMatchObject({
		isReady: true,
	});
}, 60_000);

afterAll(() => lab?.close(), 30_000);

const http = (path: string, timeoutMs: number) => ({address, port: 3000, path, hostHeader: 'web', timeoutMs});

const shell = async (command: string): Promise<string> =>
	(await lab.engine.exec(containerId, ['sh', '-c', command], {user: '0'})).stdout.trim();

/** How many processes probe; each has a folder. */
const probers = async () =>
	Number(await shell('cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " " | grep -o "[h]aproxy -db -f /tmp" | wc -l'));
const folders = () => shell('ls /tmp');

test('targets share one process, and one that hangs delays no other', async () => {
	const {engine, router} = lab;
	const hung = probeHttp(engine, router, http('/slow?ms=60000', 2500));
	const nobody = address.replace(/\d+$/, digits => String(Number(digits) ^ 8));
	const silent = probeTcp(engine, router, {address: nobody, port: 1, timeoutMs: 2500});
	const refused = probeTcp(engine, router, {address, port: 3009, timeoutMs: 2500});
	await expect.poll(probers).toBe(1);
	const fine = await probeHttp(engine, router, http('/', 2000));
	expect(fine).toMatchObject({isReady: true, tries: 1});
	expect(fine.elapsedMs).toBeLessThan(500);
	expect(await probers()).toBe(1);
	expect(await hung).toMatchObject({isReady: false, tries: 1, lastAnswer: 'no answer within 3 s'});
	expect(await refused).toMatchObject({isReady: false, lastAnswer: 'Connection refused'});
	expect((await refused).tries).toBeGreaterThan(5);
	expect(await silent).toMatchObject({isReady: false});
	await expect.poll(probers).toBe(0);
	expect(await folders()).toBe('');
});

test('a probe whose connection is cut leaves nothing in the router', async () => {
	await using proxy = await openEngineProxy();
	const engine = connectDocker({host: proxy.host});
	const stop = new AbortController();
	const probing = probeTcp(engine, lab.router, {address, port: 3009, timeoutMs: 60_000}, {signal: stop.signal});
	probing.catch(() => undefined);
	await expect.poll(probers).toBe(1);
	await proxy.cut();
	stop.abort();
	await expect.poll(probers, {timeout: 10_000}).toBe(0);
	expect(await folders()).toBe('');
});
