import {Agent} from 'node:http';
import {setTimeout as pause} from 'node:timers/promises';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {
	drain,
	joinEnvironment,
	leaveEnvironment,
	observeRouter,
	probeHttp,
	publish,
} from '../../source/router/router.ts';
import type {RouteTable} from '../../source/router/table.ts';
import {ask, type Lab, openLab, target} from './router-lab.ts';
import {startLoad} from './router-load.ts';

let lab: Lab;
let host: string;
const echoes = {} as Record<'a' | 'b' | 'c' | 'd', {id: string; address: string}>;

beforeAll(async () => {
	lab = await openLab();
	host = `${lab.lineage}.localhost`;
	for (const name of ['a', 'b', 'c', 'd'] as const) echoes[name] = await lab.startEcho(name, {3000: name});
	const {engine, router} = lab;
	for (const {address} of Object.values(echoes)) {
		const probe = {address, port: 3000, path: '/', hostHeader: 'echo', timeoutMs: 10_000};
		expect(await probeHttp(engine, router, probe)).toMatchObject({isReady: true});
	}
}, 60_000);

afterAll(() => lab?.close(), 30_000);

type Name = keyof typeof echoes;

/** The site with a server in each slot, and the given number of other hosts, which change the topology. */
const site = (slots: {blue?: Name; green?: Name}, active: 'blue' | 'green', hosts = 0): RouteTable => {
	const {blue, green} = slots;
	return lab.table({
		hosts: {
			[host]: 'web',
			...Object.fromEntries(Array.from({length: hosts}, (_, index) => [`${lab.lineage}-${index}.localhost`, 'web'])),
		},
		backends: [
			{
				service: 'web',
				accessMode: 'public',
				slots: {
					...(blue ? {blue: target(echoes[blue].address)} : {}),
					...(green ? {green: target(echoes[green].address)} : {}),
				},
				active,
			},
		],
	});
};

const retired = (slot: 'blue' | 'green') => [{lineage: lab.lineage, service: 'web', slot}];

test('switches and reloads under load lose no request, and none reaches the old slot after the switch', async () => {
	const {engine, router} = lab;
	await publish(engine, router, site({blue: 'a'}, 'blue'));
	const load = startLoad(router, host, {keepAlive: 6, fresh: 3, idling: 4});
	const patient = new Agent({keepAlive: true, maxSockets: 1});
	/** Publishes, lets the load run, and returns which servers have answered since. */
	const serve = async (table: RouteTable) => {
		const {method} = await publish(engine, router, table);
		const moment = performance.now();
		await pause(400);
		return {method, names: load.namesSince(moment)};
	};
	try {
		await pause(300);
		// A slow request is in flight while its slot retires; the drain waits for it.
		const slow = ask(router, {host, path: '/slow?ms=4000'});
		await pause(50);
		expect(await serve(site({blue: 'a', green: 'b'}, 'green'))).toEqual({method: 'switch', names: ['b']});
		const messages: string[] = [];
		const onProgress = (message: string) => messages.push(message);
		expect(await drain(engine, router, retired('blue'), {deadlineMs: 100, onProgress})).toBe(false);
		expect(messages).toEqual(['waiting for 1 connection']);
		expect(await drain(engine, router, retired('blue'), {deadlineMs: 10_000})).toBe(true);
		const {status, echo} = await slow;
		expect([status, echo?.name]).toEqual([200, 'a']);
		await engine.stop(echoes.a.id, 1);

		// The slot that was just used gets another address; its pooled connections must not be used again.
		expect(await serve(site({blue: 'c', green: 'b'}, 'blue'))).toEqual({method: 'switch', names: ['c']});
		expect(await serve(site({blue: 'c', green: 'd'}, 'green'))).toEqual({method: 'switch', names: ['d']});

		// A new worker loads the new topology; a client with an idle connection stays with the previous one.
		const path = '/patient';
		expect((await ask(router, {host, path, agent: patient})).echo?.name).toBe('d');
		expect(await serve(site({blue: 'c', green: 'd'}, 'green', 1))).toEqual({method: 'reload', names: ['d']});
		// Its next request would reach the retired slot, so the drain waits until the connection is closed.
		expect(await serve(site({blue: 'b', green: 'd'}, 'blue', 1))).toEqual({method: 'switch', names: ['b']});
		expect(await drain(engine, router, retired('green'), {deadlineMs: 500})).toBe(false);
		expect(await drain(engine, router, retired('green'), {deadlineMs: 15_000})).toBe(true);
		await engine.stop(echoes.d.id, 1);
		expect((await ask(router, {host, path, agent: patient})).echo?.name).toBe('b');
		// The address of the serving slot changes, which needs a reload. Pooled connections of the previous worker
		// may still lead to the previous address, which in practice is gone by then.
		const moved = await serve(site({blue: 'c'}, 'blue', 1));
		expect(moved.method).toBe('reload');
		expect(moved.names).toContain('c');
	} finally {
		await load.stop();
		patient.destroy();
	}
	expect(load.losses).toEqual([]);
	expect(load.samples.length).toBeGreaterThan(500);
}, 90_000);

test('the router joins and leaves an environment under load without losing a request', async () => {
	const {engine, router} = lab;
	await publish(engine, router, site({green: 'c'}, 'green'));
	const other = await openLab();
	const load = startLoad(router, host, {keepAlive: 4, fresh: 2, idling: 2});
	try {
		await pause(200);
		await joinEnvironment(engine, router, other.network);
		await joinEnvironment(engine, router, other.network);
		expect((await observeRouter(engine, router)).networks).toContain(other.network);
		await pause(300);
		await leaveEnvironment(engine, router, other.network);
		await leaveEnvironment(engine, router, other.network);
		expect((await observeRouter(engine, router)).networks).not.toContain(other.network);
		await pause(300);
	} finally {
		await load.stop();
		await leaveEnvironment(engine, router, other.network);
		await other.close();
	}
	expect(load.losses).toEqual([]);
	expect(load.samples.length).toBeGreaterThan(100);
}, 90_000);
