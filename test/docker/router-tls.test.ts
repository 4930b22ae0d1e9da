import {execFile, execFileSync} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {Agent as PlainAgent} from 'node:http';
import {type ClientHttp2Session, connect, constants} from 'node:http2';
import {request} from 'node:https';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {connect as connectTls} from 'node:tls';
import {promisify} from 'node:util';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {environmentNetworkName} from '../../source/model/names.ts';
import {certificateFolder} from '../../source/router/layout.ts';
import {
	changeCertificates,
	drain,
	ensureRouter,
	joinEnvironment,
	leaveEnvironment,
	observeRouter,
	outdatedParts,
	publish,
	readCertificates,
	settleWorkers,
	withdraw,
} from '../../source/router/router.ts';
import type {InstallableCertificate} from '../../source/router/served-certificates.ts';
import {type Made, makeTestAuthority} from '../certificates/make.ts';
import {installable} from './installable.ts';
import {ask, type Lab, makeNetwork, openLab, target} from './router-lab.ts';
import {startLoad} from './router-load.ts';

const run = promisify(execFile);
const authority = makeTestAuthority();
const folder = mkdtempSync(join(tmpdir(), 'compartment-tls-'));
const rootFile = join(folder, 'root.pem');
let lab: Lab;
let webAddress: string;
let hosts: {secured: string; below: string; other: string; plain: string};

const certified = (host: string, made: Made, hstsSeconds = 0) => installable(lab, host, made, hstsSeconds);

/** Installs certificates of which the router refuses none. */
async function install(...certificates: InstallableCertificate[]): Promise<void> {
	const refused = await change(certificates);
	expect(refused).toEqual([]);
}

const change = (install: readonly InstallableCertificate[], remove: readonly string[] = []) =>
	changeCertificates(lab.engine, lab.router, {lineage: lab.lineage, install, remove});

/** What the router has for this environment and its neighbours. */
const served = (withLeftOver = false) => {
	const own = {lineage: lab.lineage, project: lab.project, environment: 'production'};
	return readCertificates(lab.engine, lab.engine, lab.router, own, withLeftOver);
};

/** The output of `openssl s_client`, whatever it exits with. */
const handshake = (host: string | null, ...args: string[]): Promise<string> =>
	run(
		'sh',
		[
			'-c',
			'openssl s_client "$@" </dev/null 2>&1',
			'sh',
			'-connect',
			`127.0.0.1:${lab.router.tlsPort}`,
			...(host === null ? ['-noservername'] : ['-servername', host]),
			'-CAfile',
			rootFile,
			...args,
		],
		{encoding: 'utf8'},
	).then(
		({stdout}) => stdout,
		(error: {stdout: string}) => error.stdout,
	);

const curl = async (url: string, ...args: string[]): Promise<string> => {
	const {hostname, port} = new URL(url);
	const {stdout} = await run('curl', [
		'-sS',
		'--cacert',
		rootFile,
		'--resolve',
		`${hostname}:${port}:127.0.0.1`,
		...args,
		url,
	]);
	return stdout;
};

const urlOf = (host: string, path = '/') => `https://${host}:${lab.router.tlsPort}${path}`;

/** A connection with HTTP/2. */
const openSession = (host: string): ClientHttp2Session =>
	connect(`https://${host}`, {
		createConnection: () =>
			connectTls({
				host: '127.0.0.1',
				port: lab.router.tlsPort,
				servername: host,
				ca: authority.root,
				ALPNProtocols: ['h2'],
			}),
	});

/** The fingerprint of the certificate that a new connection gets. */
const servedTo = (host: string): Promise<string> =>
	new Promise((resolve, reject) => {
		const socket = connectTls(
			{port: lab.router.tlsPort, host: '127.0.0.1', servername: host, ca: authority.root},
			() => {
				resolve(socket.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase());
				socket.destroy();
			},
		);
		socket.once('error', reject);
	});

beforeAll(async () => {
	lab = await openLab();
	writeFileSync(rootFile, authority.root);
	const name = lab.lineage;
	hosts = {
		secured: `${name}.example.com`,
		below: `one.${name}.example.com`,
		other: `other-${name}.example.com`,
		plain: `plain-${name}.localhost`,
	};
	const {address} = await lab.startEcho('web', {3000: 'web'});
	webAddress = address;
	await publish(
		lab.engine,
		lab.router,
		lab.table({
			hosts: Object.fromEntries(Object.values(hosts).map(host => [host, 'web'])),
			backends: [{service: 'web', accessMode: 'public', slots: {blue: target(address)}, active: 'blue'}],
		}),
	);
}, 90_000);

afterAll(async () => {
	await lab?.close();
	authority.close();
	rmSync(folder, {recursive: true, force: true});
}, 60_000);

test('without a certificate, TLS is refused and http serves', async () => {
	expect(await handshake(hosts.secured)).toMatch(/no peer certificate available/);
	expect(await ask(lab.router, {host: hosts.secured})).toMatchObject({status: 200});
	expect(await served()).toEqual([]);
});

test('the first certificate serves at once, and only its host', async () => {
	const made = authority.make({names: [hosts.secured, hosts.other]});
	await install(certified(hosts.secured, made));
	const said = await handshake(hosts.secured);
	expect(said).toContain('Verify return code: 0 (ok)');
	expect(said).toMatch(/depth=1.*Test Intermediate/);
	// The certificate names it too, but is not for it.
	for (const host of [hosts.other, hosts.plain, 'unknown.example.com'])
		expect(await handshake(host)).toMatch(/no peer certificate available/);
	expect(await handshake(null)).toMatch(/no peer certificate available/);
	expect(await served()).toMatchObject([{host: hosts.secured}]);
});

test('TLS 1.2 and 1.3 with forward secrecy are taken, and nothing older', async () => {
	const compatible = ['-cipher', 'ALL:@SECLEVEL=0'];
	for (const version of ['-tls1', '-tls1_1'])
		expect(await handshake(hosts.secured, version, ...compatible)).toMatch(/no peer certificate available/);
	expect(await handshake(hosts.secured, '-tls1_2')).toMatch(/Cipher is ECDHE-ECDSA-(AES|CHACHA)/);
	expect(await handshake(hosts.secured, '-tls1_3')).toMatch(/Cipher is TLS_(AES|CHACHA)/);
	for (const weak of ['AES128-SHA', 'ECDHE-ECDSA-AES128-SHA', 'AES128-GCM-SHA256'])
		expect(await handshake(hosts.secured, '-tls1_2', '-cipher', `${weak}:@SECLEVEL=0`)).toMatch(/no peer certificate/);
});

test('HTTP/2 is negotiated, and HTTP/1.1 for who has no other', async () => {
	expect(await handshake(hosts.secured, '-alpn', 'h2,http/1.1')).toContain('ALPN protocol: h2');
	expect(await handshake(hosts.secured, '-alpn', 'http/1.1')).toContain('ALPN protocol: http/1.1');
	expect(await curl(urlOf(hosts.secured), '--http2', '-o', '/dev/null', '-w', '%{http_version} %{http_code}')).toBe(
		'2 200',
	);
});

test('services see https, http is redirected, and hosts without a certificate are not', async () => {
	const said = await curl(urlOf(hosts.secured, '/a?b=c'), '-D', '-', '-H', 'X-Forwarded-Proto: http');
	const echo = JSON.parse(decodeURIComponent(/^x-echo: (.*?)\r?$/im.exec(said)![1]!)) as {
		headers: Record<string, string>;
	};
	expect(echo.headers).toMatchObject({
		'x-forwarded-proto': 'https',
		'x-forwarded-host': `${hosts.secured}:${lab.router.tlsPort}`,
	});
	expect(said).not.toMatch(/strict-transport-security/i);
	expect(
		await ask(lab.router, {host: `${hosts.secured}:${lab.router.port}`, path: '/a?b=c', method: 'POST'}),
	).toMatchObject({
		status: 308,
		headers: {location: urlOf(hosts.secured, '/a?b=c')},
	});
	const plain = await ask(lab.router, {host: hosts.plain});
	expect(plain).toMatchObject({status: 200});
	expect(plain.echo?.headers['x-forwarded-proto']).toBe('http');
});

test('a wildcard is for the hosts directly below, and a certificate of a host goes before it', async () => {
	const zone = `*.${hosts.secured}`;
	const wildcard = certified(zone, authority.make({names: [zone]}), 3600);
	await install(wildcard);
	expect(await servedTo(hosts.below)).toBe(wildcard.fingerprint);
	expect(await handshake(`deep.${hosts.below}`)).toMatch(/no peer certificate available/);
	expect(await curl(urlOf(hosts.below), '-D', '-')).toMatch(/^strict-transport-security: max-age=3600\r?$/im);
	expect(await ask(lab.router, {host: hosts.below})).toMatchObject({status: 308});
	const own = certified(hosts.below, authority.make({names: [hosts.below]}));
	await install(own);
	expect(await servedTo(hosts.below)).toBe(own.fingerprint);
	expect(await curl(urlOf(hosts.below), '-D', '-')).not.toMatch(/strict-transport-security/i);
});

test('an expired certificate redirects nobody', async () => {
	const expired = certified(hosts.other, authority.make({names: [hosts.other], days: -1}));
	await install(expired);
	expect(await ask(lab.router, {host: hosts.other})).toMatchObject({status: 200});
});

test('a WebSocket is opened over TLS, with HTTP/1.1 and with HTTP/2', async () => {
	const upgrade = await new Promise<number | undefined>((resolve, reject) => {
		request({
			host: '127.0.0.1',
			port: lab.router.tlsPort,
			servername: hosts.secured,
			ca: authority.root,
			headers: {
				host: hosts.secured,
				connection: 'Upgrade',
				upgrade: 'websocket',
				'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
				'sec-websocket-version': '13',
			},
		})
			.on('upgrade', (response, socket) => {
				socket.destroy();
				resolve(response.statusCode);
			})
			.on('response', response => resolve(response.statusCode))
			.on('error', reject)
			.end();
	});
	const session = openSession(hosts.secured);
	await new Promise(resolve => session.once('remoteSettings', resolve));
	const extended = await new Promise((resolve, reject) => {
		const stream = session.request({
			':method': 'CONNECT',
			':protocol': 'websocket',
			':authority': hosts.secured,
			':path': '/',
			':scheme': 'https',
			'sec-websocket-version': '13',
		});
		stream.once('response', headers => {
			stream.close(constants.NGHTTP2_CANCEL);
			resolve(headers[':status']);
		});
		stream.once('error', reject);
	});
	session.destroy();
	expect({upgrade, extended}).toEqual({upgrade: 101, extended: 200});
});

test('replacing a certificate again and again loses no request of clients that keep their connections', async () => {
	const agentOptions = {keepAlive: true, maxSockets: 1, ca: authority.root, servername: hosts.secured};
	const load = startLoad(lab.router, hosts.secured, {
		keepAlive: 12,
		fresh: 2,
		idling: 2,
		tls: agentOptions,
	});
	await pause(500);
	const made = [1, 2, 3, 4, 5].map(() => certified(hosts.secured, authority.make({names: [hosts.secured]})));
	for (const certificate of made) {
		await install(certificate);
		expect(await servedTo(hosts.secured)).toBe(certificate.fingerprint);
		await pause(200);
	}
	await pause(500);
	await load.stop();
	expect(load.losses).toEqual([]);
	expect(load.samples.length).toBeGreaterThan(500);
	expect(reloads()).toBe('0');
}, 60_000);

const inside = (...command: string[]): string =>
	execFileSync('docker', ['exec', '-u', '0', lab.router.name, ...command], {encoding: 'utf8'});
/** How often the worker's program was loaded again. */
const reloads = (): string | undefined =>
	/^\d+\s+worker\s+(\d+)/m.exec(inside('sh', '-c', "echo 'show proc' | nc 127.0.0.1 9998"))?.[1];

/** A client with one HTTP/2 connection at a time and several requests in flight on it, as a browser has. */
function startStreams(host: string, isRunning: () => boolean, losses: string[], served: string[]) {
	const open = () => openSession(host).on('error', () => undefined);
	let session = open();
	const get = (): Promise<string> =>
		new Promise((resolve, reject) => {
			if (session.closed || session.destroyed) session = open();
			const stream = session.request({':path': '/slow?ms=40', ':authority': host});
			let status: number | undefined;
			stream.once('response', headers => (status = headers[':status']));
			stream.resume().once('end', () => resolve(String(status)));
			stream.once('error', reject);
			stream.setEncoding('utf8').on('data', (name: string) => served.push(name));
		});
	const loop = async (): Promise<void> => {
		while (isRunning()) {
			const outcome = await get().catch(({code, message}: NodeJS.ErrnoException) => `${code} ${message}`);
			// The router had not begun with it: browsers send such a request again.
			if (outcome !== '200' && !/GOAWAY|REFUSED/.test(outcome)) losses.push(outcome);
		}
	};
	return Promise.all([...Array.from({length: 5}, loop)]).finally(() => session.close());
}

test('a reload and a switch lose no request of HTTP/2 clients, and none reaches the old slot once it has drained', async () => {
	const next = await lab.startEcho('next', {3000: 'next'});
	const losses: string[] = [];
	const served: string[] = [];
	let isRunning = true;
	const clients = Array.from({length: 4}, () => startStreams(hosts.secured, () => isRunning, losses, served));
	await pause(1000);
	const names = [...Object.values(hosts), `added-${lab.lineage}.localhost`];
	const moved = lab.table({
		hosts: Object.fromEntries(names.map(name => [name, 'web'])),
		backends: [
			{
				service: 'web',
				accessMode: 'public',
				slots: {blue: target(webAddress), green: target(next.address)},
				active: 'green',
			},
		],
	});
	expect(await publish(lab.engine, lab.router, moved)).toEqual({method: 'reload'});
	const place = [{lineage: lab.lineage, service: 'web', slot: 'blue'}] as const;
	expect(await drain(lab.engine, lab.router, place, {deadlineMs: 30_000})).toBe(true);
	served.length = 0;
	await pause(1500);
	isRunning = false;
	await Promise.all(clients);
	expect(losses).toEqual([]);
	expect([...new Set(served)]).toEqual(['next']);
}, 90_000);

test('a drain sees an idle connection beside one with many streams to another service', async () => {
	const tableOf = (slot: 'blue' | 'green', address: string, ...more: string[]) =>
		lab.table({
			hosts: {[hosts.plain]: 'web', [hosts.secured]: 'other', ...Object.fromEntries(more.map(host => [host, 'web']))},
			backends: [
				{service: 'web', accessMode: 'public', slots: {[slot]: target(address)}, active: slot},
				{service: 'other', accessMode: 'public', slots: {blue: target(webAddress)}, active: 'blue'},
			],
		});
	await publish(lab.engine, lab.router, tableOf('blue', webAddress));
	await settleWorkers(lab.engine, lab.router, 20_000);
	const agent = new PlainAgent({keepAlive: true, maxSockets: 1});
	expect(await ask(lab.router, {host: hosts.plain, agent})).toMatchObject({body: 'web'});
	const session = openSession(hosts.secured);
	const slow = Array.from({length: 3}, () => {
		const stream = session.request({':path': '/slow?ms=5000', ':authority': hosts.secured}).resume();
		return new Promise(resolve => stream.once('close', resolve));
	});
	await pause(500);
	const {address} = await lab.startEcho('after', {3000: 'after'});
	const moved = tableOf('green', address, `new-${lab.lineage}.localhost`);
	expect(await publish(lab.engine, lab.router, moved)).toEqual({method: 'reload'});
	const place = [{lineage: lab.lineage, service: 'web', slot: 'blue'}] as const;
	expect(await drain(lab.engine, lab.router, place, {deadlineMs: 30_000})).toBe(true);
	expect(await ask(lab.router, {host: hosts.plain, agent})).toMatchObject({body: 'after'});
	await Promise.all(slow);
	session.close();
	agent.destroy();
}, 90_000);

test('keys are readable by root alone, and survive a restart and a new container of the router', async () => {
	const modes = inside('sh', '-c', `stat -c '%a %U %n' ${certificateFolder} ${certificateFolder}/*.pem`)
		.trim()
		.split('\n');
	expect(modes[0]).toBe(`700 root ${certificateFolder}`);
	expect(modes.length).toBeGreaterThan(3);
	for (const line of modes.slice(1)) expect(line).toMatch(/^600 root /);
	const before = await servedTo(hosts.secured);
	execFileSync('docker', ['restart', '-t', '1', lab.router.name]);
	await expect.poll(() => servedTo(hosts.secured).catch(() => ''), {timeout: 10_000}).toBe(before);
	execFileSync('docker', ['rm', '-f', lab.router.name]);
	expect(await ensureRouter(lab.engine, lab.router)).toMatchObject({change: 'created'});
	expect(await servedTo(hosts.secured)).toBe(before);
	expect(await ask(lab.router, {host: hosts.secured})).toMatchObject({status: 308});
}, 60_000);

test('a certificate that HAProxy does not load is refused, the previous one serves on, and all others are installed', async () => {
	const before = await servedTo(hosts.secured);
	const rejected = `HAProxy rejected the certificate of ${hosts.secured}. What served the host before stays in use.`;
	const refusal = [{host: hosts.secured, error: expect.objectContaining({message: expect.stringContaining(rejected)})}];
	const weak = certified(hosts.secured, authority.make({names: [hosts.secured], keyType: 'rsa-1024'}));
	expect(await change([weak])).toEqual(refusal);
	const {key} = authority.make({names: [hosts.secured]});
	const mixed = certified(hosts.secured, {...authority.make({names: [hosts.secured]}), key});
	const [first, last, gone] = ['first', 'last', 'gone'].map(name => `${name}.${lab.lineage}.example.org`);
	const good = [first!, last!].map(host => certified(host, authority.make({names: [host]})));
	await install(certified(gone!, authority.make({names: [gone!]})));
	expect(await change([good[0]!, mixed, good[1]!], [gone!])).toEqual(refusal);
	expect(await servedTo(hosts.secured)).toBe(before);
	for (const {host, fingerprint} of good) expect(await servedTo(host)).toBe(fingerprint);
	expect(await handshake(gone!)).toMatch(/no peer certificate available/);
	expect(inside('ls', '-A', certificateFolder)).not.toContain('staged');
});

test('a file that a later HAProxy refuses does not keep the router from starting', async () => {
	inside('sh', '-c', `echo broken >${certificateFolder}/${hosts.secured}.pem`);
	execFileSync('docker', ['restart', '-t', '1', lab.router.name]);
	await expect
		.poll(
			() =>
				ask(lab.router, {host: hosts.plain}).then(
					({status}) => status,
					() => 0,
				),
			{timeout: 10_000},
		)
		.toBe(200);
	expect(await served()).toEqual([]);
	await install(certified(hosts.secured, authority.make({names: [hosts.secured]})));
	expect(await handshake(hosts.secured)).toContain('Verify return code: 0 (ok)');
}, 60_000);

test('an interrupted installation is completed by the next one', async () => {
	// As after a crash between the files and the index: the worker has the certificate, the index does not.
	inside('rm', '-f', `${certificateFolder}/index.json`);
	const certificate = certified(hosts.secured, authority.make({names: [hosts.secured]}));
	await install(certificate);
	expect(await servedTo(hosts.secured)).toBe(certificate.fingerprint);
	expect(reloads()).toBe('0');
});

test('a removed certificate no longer serves, and its file is gone', async () => {
	await changeCertificates(lab.engine, lab.router, {lineage: lab.lineage, install: [], remove: [hosts.secured]});
	expect(await handshake(hosts.secured)).toMatch(/no peer certificate available/);
	expect(await ask(lab.router, {host: hosts.secured})).toMatchObject({status: 200});
	expect(inside('ls', certificateFolder).split('\n')).not.toContain(`${hosts.secured}.pem`);
	expect(inside('cat', `${certificateFolder}/list`)).not.toMatch(new RegExp(` ${hosts.secured}$`, 'm'));
});

test('another environment cannot take the certificate of a host', async () => {
	const certificate = certified(hosts.plain, authority.make({names: [hosts.plain]}));
	await install(certificate);
	const stranger = {...certificate, lineage: 'stranger'};
	await expect(
		changeCertificates(lab.engine, lab.router, {lineage: 'stranger', install: [stranger], remove: []}),
	).rejects.toThrow(`The router has a certificate for ${hosts.plain} of project ${lab.project}`);
	await changeCertificates(lab.engine, lab.router, {lineage: 'stranger', install: [], remove: [hosts.plain]});
	expect(await servedTo(hosts.plain)).toBe(certificate.fingerprint);
	// Destroyed while the router did not run: what is left belongs to nobody.
	await withdraw(lab.engine, lab.router, lab.lineage);
	const next = {...certified(hosts.plain, authority.make({names: [hosts.plain]})), lineage: 'stranger'};
	await changeCertificates(lab.engine, lab.router, {lineage: 'stranger', install: [next], remove: []});
	expect(await servedTo(hosts.plain)).toBe(next.fingerprint);
});

test('what an environment left that was destroyed while the router did not run is removed with the next change', async () => {
	const {engine, router} = lab;
	const installAs = async (project: string) => {
		const host = `${project}.${lab.lineage}.example.org`;
		const certificate = {...certified(host, authority.make({names: [host]})), lineage: project, project};
		await changeCertificates(engine, router, {lineage: project, install: [certificate], remove: []});
		return host;
	};
	// An environment that has no routes yet, because its first apply goes on.
	const network = environmentNetworkName(`young-${lab.lineage}`, 'production');
	await makeNetwork(engine, network, {});
	await joinEnvironment(engine, router, network);
	try {
		const young = await installAs(`young-${lab.lineage}`);
		const gone = await installAs(`gone-${lab.lineage}`);
		inside('sh', '-c', `echo key >${certificateFolder}/killed.example.org.pem`);
		expect(inside('ls', certificateFolder)).toMatch(/^gone-/m);
		const listed = (await served()).map(({host}) => host);
		expect(listed).toContain(young);
		expect(listed).not.toContain(gone);

		await install(certified(hosts.secured, authority.make({names: [hosts.secured]})));
		expect(inside('ls', certificateFolder)).not.toMatch(/^(?:gone-|killed)/m);
		expect(await handshake(gone)).toMatch(/no peer certificate available/);
		expect(await handshake(young)).toContain('Verify return code: 0 (ok)');
	} finally {
		await leaveEnvironment(engine, router, network);
		await engine.removeNetwork((await engine.findByName('network', network))!.id);
	}
}, 60_000);

test('two processes that install at the same time both succeed', async () => {
	const made = ['a', 'b', 'c'].map(name => {
		const host = `${name}.${lab.lineage}.example.org`;
		return certified(host, authority.make({names: [host]}));
	});
	await Promise.all(made.map(each => install(each)));
	for (const {host, fingerprint} of made) expect(await servedTo(host)).toBe(fingerprint);
});

test('a router whose port for TLS is taken serves http, and redirects nobody to it', async () => {
	const host = `late.${lab.lineage}.example.org`;
	const {engine, router} = lab;
	const table = lab.table({
		hosts: {[host]: 'web'},
		backends: [{service: 'web', accessMode: 'public', slots: {blue: target(webAddress)}, active: 'blue'}],
	});
	await publish(engine, router, table);
	await install(certified(host, authority.make({names: [host]})));
	expect(await ask(router, {host})).toMatchObject({status: 308});
	await engine.remove((await observeRouter(engine, router)).containerId!);
	const rival = createServer().listen(router.tlsPort, '127.0.0.1');
	await once(rival, 'listening');
	try {
		await expect(ensureRouter(engine, router)).rejects.toThrow(`:${router.tlsPort}: another process uses that port`);
		const lenient = {...router, isTlsOptional: true};
		expect(await ensureRouter(engine, lenient)).toMatchObject({change: 'created'});
		expect(await ask(router, {host})).toMatchObject({status: 200});
		expect(await ensureRouter(engine, lenient)).toMatchObject({change: 'none'});
	} finally {
		rival.close();
	}
	expect(await outdatedParts(engine, router, await observeRouter(engine, router))).toMatchObject([{name: 'listen'}]);
	expect(await ensureRouter(engine, router)).toMatchObject({change: 'replaced'});
	expect(await ask(router, {host})).toMatchObject({status: 308});
	expect(await ask(router, {host, tls: {ca: authority.root, servername: host}})).toMatchObject({status: 200});
	expect((await served()).map(each => each.host)).toContain(host);
}, 90_000);
