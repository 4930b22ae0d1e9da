import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {request as openRequest} from 'node:http';
import {connect, createServer} from 'node:net';
import {setTimeout as pause} from 'node:timers/promises';
import {promisify} from 'node:util';
import {afterAll, beforeAll, expect, test, vi} from 'vitest';
import {createNetworkIn, openPool} from '../../source/engine/create-network.ts';
import type {Engine} from '../../source/engine/engine.ts';
import {UserError} from '../../source/errors.ts';
import {labels} from '../../source/model/labels.ts';
import {masterPort, workerPort} from '../../source/router/layout.ts';

import {routerImage} from '../../source/router/options.ts';
import {ownNetworkName} from '../../source/router/own-network.ts';
import {
	ensureRouter,
	joinEnvironment,
	leaveEnvironment,
	observeRouter,
	outdatedParts,
	probeHttp,
	probeTcp,
	publish,
	readTables,
	readTraffic,
	removeRouter,
	withdraw,
} from '../../source/router/router.ts';
import {startScript} from '../../source/router/scripts.ts';
import type {RouteTable} from '../../source/router/table.ts';
import {accessHash, authorization} from '../router/fixtures.ts';
import type {Echo} from './router-echo.ts';
import {ask, freePort, type Lab, openLab, target} from './router-lab.ts';

let lab: Lab;
let host: string;
let address: string;

beforeAll(async () => {
	lab = await openLab();
	host = `${lab.lineage}.localhost`;
	({address} = await lab.startEcho('echo', {3000: 'web', 3001: 'api'}));
	const probe = {address, port: 3000, path: '/', hostHeader: 'echo', timeoutMs: 10_000};
	expect(await probeHttp(lab.engine, lab.router, probe)).toMatchObject({isReady: true});
	await publish(lab.engine, lab.router, site());
}, 60_000);

afterAll(() => lab?.close(), 30_000);

const site = (parts: Partial<RouteTable> = {}): RouteTable =>
	lab.table({
		accessHash,
		rules: [{on: 'web', path: '/api/*', to: 'api', stripPrefix: '/api'}],
		backends: [
			{service: 'web', accessMode: 'public', slots: {blue: target(address)}, active: 'blue'},
			{service: 'api', accessMode: 'authenticated', slots: {blue: target(address, 3001)}, active: 'blue'},
		],
		...parts,
	});

test('a request has the router’s forwarded headers and none forged by the client', async () => {
	const headers = {
		'x-forwarded-for': '6.6.6.6',
		'x-forwarded-proto': 'https',
		'x-forwarded-host': 'evil',
		'x-forwarded-prefix': '/evil',
		'x-forwarded-port': '1',
		forwarded: 'for=6.6.6.6',
	};
	const {echo} = await ask(lab.router, {host: `${host}:9080`, path: '/x?y=1', headers});
	expect(echo).toMatchObject({name: 'web', url: '/x?y=1'});
	const {headers: received} = echo!;
	expect(received).toMatchObject({
		host: `${host}:9080`,
		'x-forwarded-proto': 'http',
		'x-forwarded-host': `${host}:9080`,
	});
	expect(received['x-forwarded-for']).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
	expect(received['x-forwarded-for']).not.toBe('6.6.6.6');
	for (const name of ['x-forwarded-prefix', 'x-forwarded-port', 'forwarded']) expect(received).not.toHaveProperty(name);
});

test('the access password signs in and is not sent to the service', async () => {
	const path = '/api/users?x=1';
	const refused = await ask(lab.router, {host, path});
	expect(refused).toMatchObject({status: 401, echo: undefined});
	expect(refused.headers['www-authenticate']).toBe(`Basic realm="${lab.project} production", charset="UTF-8"`);
	expect(await ask(lab.router, {host, path, headers: {authorization: `${authorization}x`}})).toMatchObject({
		status: 401,
	});
	const {echo} = await ask(lab.router, {host, path, headers: {authorization}});
	expect(echo).toMatchObject({name: 'api', url: '/users?x=1', headers: {'x-forwarded-prefix': '/api'}});
	expect(echo!.headers).not.toHaveProperty('authorization');
	// A service's own credentials are passed through.
	const own = await ask(lab.router, {host, headers: {authorization: 'Bearer its-own'}});
	expect(own.echo!.headers['authorization']).toBe('Bearer its-own');

	await publish(lab.engine, lab.router, site({accessHash: null}));
	expect(await ask(lab.router, {host, path, headers: {authorization}})).toMatchObject({status: 401});
	await publish(lab.engine, lab.router, site());
});

test('requests that cannot be served get short pages', async () => {
	expect(await ask(lab.router, {host: 'nobody.localhost'})).toMatchObject({
		status: 404,
		body: expect.stringMatching(/^No service answers at this host\./),
	});
	expect(await ask(lab.router, {host, path: '/a/../b'})).toMatchObject({status: 400});
	expect(await ask(lab.router, {host, method: 'OPTIONS', path: '*'})).toMatchObject({status: 400});
	const [web, api] = site().backends;
	await publish(lab.engine, lab.router, site({backends: [{...web!, active: null}, api!]}));
	const start = performance.now();
	expect(await ask(lab.router, {host})).toMatchObject({
		status: 503,
		body: `Service web of ${lab.project} production does not answer.\n`,
	});
	expect(performance.now() - start).toBeLessThan(1000);
	expect(await publish(lab.engine, lab.router, site())).toEqual({method: 'switch'});
	expect(await ask(lab.router, {host})).toMatchObject({status: 200});
});

test('an absolute URI, an h2c upgrade and a smuggled prefix reach the service in a harmless form', async () => {
	const {echo} = await ask(lab.router, {host, path: `http://${host}/x`});
	expect(echo!.url).toBe('/x');
	const upgrade = {connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABkAAQAAP__'};
	const asked = await ask(lab.router, {host, headers: upgrade});
	expect(asked.status).toBe(200);
	expect(asked.echo!.headers).not.toHaveProperty('upgrade');
});

/** Sends raw header lines and reads the head of the response, or the first data of an open connection. */
async function sendRaw(lines: readonly string[], path = '/'): Promise<{status: number; echo: Echo | undefined}> {
	const socket = connect(lab.router.port, '127.0.0.1');
	let received = '';
	const head = new Promise<void>((resolve, reject) => {
		socket.on('error', reject).on('end', resolve);
		socket.on('data', data => {
			received += data;
			if (received.includes('\r\n\r\n')) resolve();
		});
	});
	socket.write(`GET ${path} HTTP/1.1\r\n${lines.map(line => `${line}\r\n`).join('')}\r\n`);
	await head;
	socket.destroy();
	const told = /^x-echo: (.*)\r$/im.exec(received)?.[1];
	return {
		status: Number(received.slice(9, 12)),
		echo: told === undefined ? undefined : (JSON.parse(decodeURIComponent(told)) as Echo),
	};
}

const webSocketLines = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='];

test.each([
	['two headers', ['Upgrade: h2c', 'Upgrade: websocket']],
	['two headers in reverse order', ['Upgrade: websocket', 'Upgrade: h2c']],
	['the same header twice', ['Upgrade: websocket', 'Upgrade: websocket']],
	['a list', ['Upgrade: websocket, h2c']],
	['a list with h2c first', ['Upgrade: h2c,websocket']],
	['h2c in mixed case', ['uPgRaDe: H2C']],
	['another protocol', ['Upgrade: TLS/1.0']],
	['a list with another protocol', ['Upgrade: websocket, TLS/1.0']],
	['another protocol in a second header', ['Upgrade: TLS/1.0', 'Upgrade: websocket']],
])('only WebSocket upgrades pass, not %s', async (_, upgrade) => {
	const connection = 'Connection: Upgrade, HTTP2-Settings';
	const settings = 'HTTP2-Settings: AAMAAABkAAQAAP__';
	const {status, echo} = await sendRaw([`Host: ${host}`, connection, settings, ...upgrade, ...webSocketLines]);
	// Newer HAProxy removes h2c from the list before the rules apply, so that only a WebSocket is left.
	const {'http2-settings': leaked, upgrade: passed, connection: hops = ''} = echo!.headers;
	expect({leaked, passed, status}).toEqual(
		status === 101
			? {leaked: undefined, passed: 'websocket', status}
			: {leaked: undefined, passed: undefined, status: 200},
	);
	expect(hops).not.toMatch(/http2/i);
	if (/TLS/.test(upgrade.join()) || !/websocket/i.test(upgrade.join())) expect(status).toBe(200);
});

test('a WebSocket upgrade also needs its Connection header, and case does not matter', async () => {
	const plain = await sendRaw([`Host: ${host}`, 'Upgrade: websocket', ...webSocketLines]);
	expect(plain).toMatchObject({status: 200});
	expect(plain.echo!.headers).not.toHaveProperty('upgrade');
	const lines = ['cOnNeCtIoN: keep-alive, uPgRaDe', 'UPGRADE: WebSocket', ...webSocketLines];
	expect(await sendRaw([`Host: ${host}`, ...lines], '/ws')).toMatchObject({status: 101});
});

test('a Connection header removes no other header from the request', async () => {
	const lines = ['Connection: X-Forwarded-For, X-Forwarded-Host, Host, close', 'X_Forwarded_For: 6.6.6.6'];
	const {status, echo} = await sendRaw([`Host: ${host}`, ...lines, 'X-Real-IP: 6.6.6.6', 'x_real_ip: 6.6.6.6']);
	expect(status).toBe(200);
	expect(echo!.headers['connection'] ?? '').not.toMatch(/x-forwarded|host/i);
	expect(echo!.headers['x-forwarded-for']).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
	for (const [name, value] of Object.entries(echo!.headers)) {
		expect(name).not.toMatch(/_|real-ip/);
		expect(value).not.toContain('6.6.6.6');
	}
});

test.each([
	['two hosts', () => ['Host: evil.test', `Host: ${host}`]],
	['the same host in two headers', () => [`Host: ${host}`, `Host: ${host}, evil.test`]],
	['a list', () => [`Host: evil.test,${host}`]],
	['a list that ends in another', () => [`Host: ${host}, evil.test`]],
])('a request with more than one host is rejected: %s', async (_, lines) => {
	expect(await sendRaw(lines())).toEqual({status: 400, echo: undefined});
});

test('a host matches however it is written, and the service receives the routed one', async () => {
	const upper = host.toUpperCase();
	for (const [written, seen] of [
		[upper, host],
		[`${host}.`, host],
		[`${upper}.:9080`, `${host}:9080`],
		[`${host}:`, host],
	] as const) {
		const {status, echo} = await sendRaw([`Host: ${written}`]);
		expect({written, status, host: echo?.headers['host']}).toEqual({written, status: 200, host: seen});
		expect(echo!.headers['x-forwarded-host']).toBe(seen);
	}
	for (const written of [`x@${host}`, `.${host}`, `${host}.evil.test`, `evil.test:${host}`, '[::1]:80', '']) {
		const {status} = await sendRaw([`Host: ${written}`]);
		expect([400, 404], written).toContain(status);
	}
});

test('a WebSocket stays open in both directions', async () => {
	const webSocketHeaders = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
	const socket = connect(lab.router.port, '127.0.0.1');
	let received = '';
	socket.on('data', data => {
		received += data;
	});
	socket.write(
		`GET /ws HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${webSocketHeaders}\r\n`,
	);
	await expect.poll(() => received).toContain('101 Switching Protocols');
	socket.write('hello');
	await expect.poll(() => received).toContain('web:hello');
	socket.destroy();
});

test('events arrive as they are sent', async () => {
	const arrivals: {text: string; at: number}[] = [];
	await new Promise<void>((resolve, reject) => {
		const headers = {host, accept: 'text/event-stream'};
		openRequest({host: '127.0.0.1', port: lab.router.port, path: '/events', headers}, response => {
			response.on('data', data => arrivals.push({text: String(data), at: performance.now()}));
			response.on('end', resolve).on('error', reject);
		})
			.on('error', reject)
			.end();
	});
	expect(arrivals.map(({text}) => text)).toEqual(['data: first\n\n', 'data: last\n\n']);
	expect(arrivals[1]!.at - arrivals[0]!.at).toBeGreaterThan(400);
});

test('publishing the same table does nothing, and repairs manual changes', async () => {
	const {engine, router} = lab;
	expect(await publish(engine, router, site())).toEqual({method: 'none'});
	const {containerId} = await observeRouter(engine, router);
	const byHand = `echo 'set server ${lab.lineage}.web/blue state maint' | nc 127.0.0.1 9999`;
	await engine.exec(containerId!, ['sh', '-c', byHand], {user: '0'});
	expect(await ask(router, {host})).toMatchObject({status: 503});
	expect(await publish(engine, router, site())).toEqual({method: 'switch'});
	expect(await ask(router, {host})).toMatchObject({status: 200});
	await engine.exec(containerId!, ['sh', '-c', 'echo broken >/var/lib/compartment/haproxy.cfg'], {user: '0'});
	await publish(engine, router, site());
	expect((await engine.exec(containerId!, ['haproxy', '-c', '-f', '/var/lib/compartment/haproxy.cfg'])).exitCode).toBe(
		0,
	);
});

test.each([-86_400_000, 0, 86_400_000])(
	'a publish succeeds with a clock that is %d ms off, and removes the files of a killed one',
	async off => {
		const {engine, router} = lab;
		const {containerId} = await observeRouter(engine, router);
		vi.useFakeTimers({toFake: ['Date'], now: Date.now() + off});
		try {
			await engine.writeFiles(containerId!, [
				{path: '/var/lib/compartment/staged-0011.cfg', content: 'never committed'},
			]);
			await publish(engine, router, site({rules: [{on: 'web', path: `/clock${off}/*`, to: 'api'}]}));
			await publish(engine, router, site());
		} finally {
			vi.useRealTimers();
		}
		const {stdout} = await engine.exec(containerId!, ['ls', '/var/lib/compartment']);
		expect(stdout).not.toContain('staged');
	},
);

test('environments can be published concurrently, and a host has one owner', async () => {
	const {engine, router, table} = lab;
	const names = ['one', 'two', 'three', 'four'].map(name => `${lab.lineage}-${name}`);
	const tables = names.map(lineage =>
		table({lineage, hosts: {[`${lineage}.localhost`]: 'web'}, backends: site().backends}),
	);
	await Promise.all(tables.map(each => publish(engine, router, each)));
	for (const lineage of names) expect(await ask(router, {host: `${lineage}.localhost`})).toMatchObject({status: 200});
	expect((await readTables(engine, router)).map(({lineage}) => lineage).sort()).toEqual([lab.lineage, ...names].sort());

	const rival = publish(engine, router, {...tables[0]!, hosts: {[host]: 'web'}});
	await expect(rival).rejects.toThrow(
		`Host ${host} already belongs to project ${lab.project}, environment production.`,
	);
	await expect(rival).rejects.toBeInstanceOf(UserError);

	await Promise.all(names.map(lineage => withdraw(engine, router, lineage)));
	expect(await withdraw(engine, router, names[0]!)).toEqual({method: 'none'});
	expect(await ask(router, {host: `${names[0]}.localhost`})).toMatchObject({status: 404});
	expect(await ask(router, {host})).toMatchObject({status: 200});
});

test('traffic is reported per slot', async () => {
	const {engine, router} = lab;
	const figures = async () =>
		(await readTraffic(engine, router)).find(({service, slot}) => service === 'web' && slot === 'blue')!;
	const before = await figures();
	await Promise.all(Array.from({length: 5}, () => ask(router, {host})));
	const pending = ask(router, {host, path: '/slow?ms=600'});
	await pause(100);
	expect(await figures()).toMatchObject({lineage: lab.lineage, requests: before.requests + 6, sessions: 1, errors: 0});
	await pending;
	expect((await figures()).slowestResponseMs).toBeGreaterThanOrEqual(600);
});

test('a probe succeeds only with 2xx, reports the response, and runs no value as shell code', async () => {
	const {engine, router} = lab;
	const probe = {address, port: 3000, hostHeader: `${host}:3000`, timeoutMs: 400};
	const redirected = await probeHttp(engine, router, {...probe, path: '/redirect'});
	expect(redirected).toMatchObject({isReady: false, lastAnswer: '302 Found: to /fine'});
	expect(redirected.tries).toBeGreaterThan(1);
	expect(redirected.elapsedMs).toBeGreaterThanOrEqual(400);
	expect(await probeHttp(engine, router, {...probe, path: 'healthz'})).toMatchObject({
		isReady: true,
		tries: 1,
		lastAnswer: '200 OK',
	});
	expect(await probeHttp(engine, router, {...probe, port: 3009, path: '/'})).toMatchObject({
		isReady: false,
		lastAnswer: expect.stringContaining('refused'),
	});

	const {address: late} = await lab.startEcho('late', {3000: 'late'});
	const answers: string[] = [];
	const onTry = (answer: string) => answers.push(answer);
	const path = '/late?ms=1500';
	const ready = await probeHttp(engine, router, {...probe, address: late, path, timeoutMs: 10_000}, {onTry});
	expect(ready).toMatchObject({isReady: true, lastAnswer: '204 No Content'});
	expect(answers).toContain('503 Service Unavailable: late');
	expect(answers.at(-1)).toBe('204 No Content');

	const {containerId} = await observeRouter(engine, router);
	const evil = `/$(touch /tmp/evil)\`touch /tmp/evil\`';touch /tmp/evil;"\n`;
	expect(await probeHttp(engine, router, {...probe, path: evil})).toMatchObject({isReady: true});
	expect((await engine.exec(containerId!, ['ls', '/tmp'])).stdout).not.toContain('evil');

	expect(await probeTcp(engine, router, {address, port: 3000, timeoutMs: 2000})).toMatchObject({
		isReady: true,
		tries: 1,
	});
	expect(await probeTcp(engine, router, {address, port: 3009, timeoutMs: 300})).toMatchObject({
		isReady: false,
		lastAnswer: 'Connection refused',
	});
	const stopped = probeHttp(
		engine,
		router,
		{...probe, port: 3009, path: '/', timeoutMs: 3000},
		{signal: AbortSignal.timeout(300)},
	);
	await expect(stopped).rejects.toThrow();
});

test('a probe sends one request to the service and follows no redirect', async () => {
	const {engine, router} = lab;
	const {containerId} = await observeRouter(engine, router);
	const shell = async (command: string) => (await engine.exec(containerId!, ['sh', '-c', command])).stdout;
	const probe = (path: string) =>
		probeHttp(engine, router, {address, port: 3000, path, hostHeader: 'echo', timeoutMs: 300});
	const {address: other} = await lab.startEcho('other', {3000: 'other'});
	await probeTcp(engine, router, {address: other, port: 3000, timeoutMs: 10_000});

	// The request for the number of connections counts as one.
	const connections = async () =>
		Number(/CumConns: (\d+)/.exec(await shell(`echo 'show info' | nc 127.0.0.1 ${workerPort}`))![1]);
	const before = await connections();
	for (const url of [
		`http://${other}:3000/count`,
		`http://127.0.0.1:${workerPort}/`,
		`http://127.0.0.1:${masterPort}/`,
	])
		expect(await probe(`/to?url=${encodeURIComponent(url)}`)).toMatchObject({
			isReady: false,
			lastAnswer: `302 Found: to ${url}`,
		});
	expect(await shell(`wget -q -O - http://${other}:3000/count`)).toBe('1');
	expect(await connections()).toBe(before + 1);

	const says = (text: string) => probe(`/says?text=${encodeURIComponent(text)}`);
	expect(await says('no database\nready 1 1 200 OK')).toMatchObject({
		isReady: false,
		lastAnswer: '503 Service Unavailable: no database',
	});
	expect(await says('a\\nready 1 1 200 OK')).toMatchObject({isReady: false});
	expect((await says('<html><body>down')).lastAnswer).toBe('503 Service Unavailable');
	expect((await says('x'.repeat(10_000))).lastAnswer).toBe(`503 Service Unavailable: ${'x'.repeat(8000)}`);
});

/** Sends a GET from inside a container. Returns the status or the error. */
async function askFrom(containerId: string, url: string, name: string): Promise<string> {
	const source = `require('node:http').get(process.argv[1], {headers: {host: process.argv[2]}, timeout: 2000}, response => { console.log(response.statusCode); process.exit(); }).on('timeout', () => { console.log('timeout'); process.exit(); }).on('error', error => console.log(error.code))`;
	const {stdout} = await lab.engine.exec(containerId, ['node', '-e', source, url, name]);
	return stdout.trim();
}

test('a container reaches only the hosts of its own environment through the router', async () => {
	const {engine, router, lineage} = lab;
	const others: {id: string; network?: string}[] = [];
	const idle = async (network: string) => {
		const id = await engine.run({
			name: `${lineage}-${network.slice(0, 12)}-caller`,
			image: 'node:24-slim',
			labels: {[labels.lineage]: lineage},
			command: ['sleep', '600'],
			env: {},
			attachments: [{network}],
			restart: {policy: 'no'},
		});
		others.push({id});
		return id;
	};
	const otherNetwork = `other-${lineage}`;
	try {
		const otherSubnet = (
			await createNetworkIn(engine, openPool(engine, '10.214.0.0/16', 27), () => ({
				name: otherNetwork,
				labels: {[labels.lineage]: lineage},
			}))
		).subnet;
		await joinEnvironment(engine, router, otherNetwork);
		const own = (await engine.observe({[labels.lineage]: lineage})).networks.find(({name}) => name === lab.network)!;
		const other = lab.table({
			lineage: `${lineage}-other`,
			subnet: otherSubnet,
			hosts: {'other.test': 'web'},
			backends: site().backends,
		});
		await publish(engine, router, site({subnet: own.subnet}));
		const {containerId} = await observeRouter(engine, router);
		const inside = async (network: string) =>
			`http://${(await engine.inspectContainer(containerId!))!.networks[network]}:8080/`;
		const sibling = await idle(lab.network);
		const neighbour = await idle(otherNetwork);
		const stranger = await idle('bridge');
		// Before its first table is published, an environment reaches nothing.
		expect(await askFrom(neighbour, await inside(otherNetwork), host)).toBe('403');
		await publish(engine, router, other);
		expect(await askFrom(sibling, await inside(lab.network), host)).toBe('200');
		expect(await askFrom(sibling, await inside(lab.network), 'other.test')).toBe('403');
		expect(await askFrom(neighbour, await inside(otherNetwork), host)).toBe('403');
		// The engine separates this environment from the networks of other environments and of the router.
		const asked = [lab.network, ownNetworkName(router)].flatMap(network =>
			[neighbour, stranger].map(async caller => askFrom(caller, await inside(network), host)),
		);
		for (const answer of await Promise.all(asked)) expect(answer).not.toBe('200');
		expect((await engine.inspectContainer(containerId!))!.networks).not.toHaveProperty('bridge');
		// From outside all hosts can be reached.
		expect(await ask(router, {host})).toMatchObject({status: 200});
		expect(await ask(router, {host: 'other.test'})).toMatchObject({status: 200});
	} finally {
		await withdraw(engine, router, `${lineage}-other`);
		await Promise.all(others.map(({id}) => engine.remove(id)));
		await leaveEnvironment(engine, router, otherNetwork);
		const found = await engine.findByName('network', otherNetwork);
		if (found) await engine.removeNetwork(found.id);
		await publish(engine, router, site());
	}
}, 90_000);

test('a router of an earlier release is replaced, keeps its routes and gets limits', async () => {
	const {engine, router} = lab;
	const {containerId} = await observeRouter(engine, router);
	const run = promisify(execFile);
	await engine.remove(containerId!);
	// A router of an earlier release: on the default bridge, with a floating tag, without a port for TLS.
	await run('docker', [
		...['run', '--detach', '--name', router.name, '--label', `${labels.router}=true`, '--user', '0'],
		...['--publish', `127.0.0.1:${router.port}:8080`, '--volume', `${router.name}:/var/lib/compartment`],
		...['--entrypoint', 'sh', routerImage, '-c', startScript],
	]);
	await joinEnvironment(engine, router, lab.network);
	expect(await outdatedParts(engine, router, await observeRouter(engine, router))).toEqual([
		{
			name: 'listen',
			before: `127.0.0.1:${router.port}`,
			after: `127.0.0.1:${router.port}, 127.0.0.1:${router.tlsPort}`,
		},
		{name: 'network', before: 'bridge', after: ownNetworkName(router)},
	]);
	expect(await ensureRouter(engine, router)).toMatchObject({change: 'replaced'});
	const made = await observeRouter(engine, router);
	expect(await outdatedParts(engine, router, made)).toEqual([]);
	expect([...made.networks!].sort()).toEqual([ownNetworkName(router), lab.network].sort());
	expect(await ask(router, {host})).toMatchObject({status: 200});
	const {stdout} = await run('docker', [
		'inspect',
		router.name,
		'--format',
		'{{.HostConfig.Memory}} {{.HostConfig.PidsLimit}}',
	]);
	expect(stdout.trim()).toBe(`${1024 ** 3} 4096`);

	const other = {...router, image: 'node:24-slim'};
	expect(await outdatedParts(engine, other, made)).toEqual([
		{name: 'image', before: expect.stringMatching(/^haproxy:3/), after: 'node:24-slim'},
	]);
}, 90_000);

test('the same routes are served after a restart, a stop and in a new container', async () => {
	const {engine, router} = lab;
	// A switch is written to the file first, so a restart must not bring the previous slot back.
	const [web, api] = site().backends;
	const switched = site({
		backends: [{...web!, slots: {blue: target('127.0.0.1', 1), green: target(address)}, active: 'green'}, api!],
	});
	expect(await publish(engine, router, switched)).toEqual({method: 'switch'});
	const isServed = async () => expect(await ask(router, {host})).toMatchObject({status: 200});
	const {containerId} = await observeRouter(engine, router);

	await engine.exec(containerId!, ['sh', '-c', 'kill -9 $(cat /proc/1/task/1/children)'], {user: '0'});
	await expect
		.poll(
			() =>
				ask(router, {host}).then(
					answer => answer.status,
					() => 0,
				),
			{timeout: 10_000},
		)
		.toBe(200);

	await engine.stop(containerId!, 1);
	expect(await observeRouter(engine, router)).toMatchObject({state: 'stopped'});
	await expect(publish(engine, router, switched)).rejects.toThrow('is not running');
	expect(await ensureRouter(engine, router)).toMatchObject({change: 'started', containerId});
	await isServed();

	await engine.remove(containerId!);
	expect(await observeRouter(engine, router)).toEqual({state: 'missing'});
	const {containerId: made} = await ensureRouter(engine, router);
	await isServed();

	// A removal that a killed command has asked for ends while the router is being started.
	await engine.stop(made, 1);
	const vanishing: Engine = {
		...engine,
		async writeFiles(...args) {
			if (args[0] === made) await engine.remove(made);
			await engine.writeFiles(...args);
		},
	};
	expect(await ensureRouter(vanishing, router)).toMatchObject({change: 'created'});
	await isServed();
	expect(await observeRouter(engine, router)).toMatchObject({
		state: 'running',
		publishes: [`127.0.0.1:${router.port}`, `127.0.0.1:${router.tlsPort}`],
		networks: expect.arrayContaining([lab.network]),
	});
	expect(await ensureRouter(engine, router)).toMatchObject({change: 'none'});
	expect(await publish(engine, router, switched)).toEqual({method: 'none'});
}, 90_000);

test('a taken port is reported with its owner, and the previous router keeps running', async () => {
	const {engine, router} = lab;
	const server = createServer();
	const port = await new Promise<number>(resolve => {
		server.listen(0, '127.0.0.1', () => resolve((server.address() as {port: number}).port));
	});
	try {
		const moved = ensureRouter(engine, {...router, port});
		await expect(moved).rejects.toThrow(
			`The router cannot listen on 127.0.0.1:${port}: another process uses that port.`,
		);
		await expect(moved).rejects.toBeInstanceOf(UserError);
	} finally {
		server.close();
	}
	await expect
		.poll(
			() =>
				ask(router, {host}).then(
					answer => answer.status,
					() => 0,
				),
			{timeout: 10_000},
		)
		.toBe(200);
	const rival = {name: `${router.name}-rival`, listen: '127.0.0.1', port: router.port, tlsPort: await freePort()};
	await expect(ensureRouter(engine, rival)).rejects.toThrow(`container ${router.name} uses that port`);
	expect(await observeRouter(engine, rival)).toEqual({state: 'missing'});
}, 90_000);

test('a changed port replaces the container and keeps the routes', async () => {
	const {engine, router} = lab;
	const moved = {...router, port: await freePort(), tlsPort: await freePort()};
	expect(await ensureRouter(engine, moved)).toMatchObject({change: 'replaced'});
	expect(await ask(moved, {host})).toMatchObject({status: 200});
	expect(await ensureRouter(engine, router)).toMatchObject({change: 'replaced'});
	expect(await ask(router, {host})).toMatchObject({status: 200});
	expect(await engine.findByName('container', `${router.name}-previous`)).toBeUndefined();
}, 90_000);

test('two processes that create the router concurrently get the same one', async () => {
	const {engine, router} = lab;
	const options = {...router, name: `${router.name}-twice`, port: await freePort(), tlsPort: await freePort()};
	try {
		const made = await Promise.all([ensureRouter(engine, options), ensureRouter(engine, options)]);
		expect(made[0].containerId).toBe(made[1].containerId);
		expect(await observeRouter(engine, options)).toMatchObject({state: 'running', containerId: made[0].containerId});
	} finally {
		await removeRouter(engine, options);
	}
}, 90_000);

test('a container that is not ours is never changed', async () => {
	const {engine} = lab;
	const name = `foreign-${createHash('sha256').update(lab.lineage).digest('hex').slice(0, 8)}`;
	const options = {name, listen: '127.0.0.1', port: await freePort(), tlsPort: await freePort()};
	const id = await engine.create({
		name,
		image: routerImage,
		labels: {[labels.lineage]: lab.lineage},
		env: {},
		attachments: [],
		restart: {policy: 'no'},
	});
	try {
		expect(await observeRouter(engine, options)).toEqual({state: 'foreign', containerId: id});
		await expect(ensureRouter(engine, options)).rejects.toThrow('that Compartment did not create');
		await expect(removeRouter(engine, options)).rejects.toThrow('that Compartment did not create');
		await expect(publish(engine, options, site())).rejects.toThrow('that Compartment did not create');
		expect(await engine.inspectContainer(id)).toMatchObject({state: 'created'});
	} finally {
		await engine.remove(id);
	}
});
