import {mkdtempSync, rmSync} from 'node:fs';
import {connect, createServer, type Server, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, test} from 'vitest';
import {connectDocker} from '../../source/engine/docker.ts';
import {createAttempt} from '../../source/engine/docker-errors.ts';
import type {EngineEvent} from '../../source/engine/engine.ts';
import {idleSpec, until, withEngine} from './helpers.ts';

const folder = mkdtempSync(join(tmpdir(), 'compartment-connection-'));
const servers: Server[] = [];
afterAll(() => {
	for (const server of servers) server.close();
	rmSync(folder, {recursive: true});
});

async function listen(server: Server, where: string | number): Promise<string> {
	servers.push(server);
	await new Promise<void>(resolve =>
		typeof where === 'string' ? server.listen(where, resolve) : server.listen(where, '127.0.0.1', resolve),
	);
	const address = server.address();
	return typeof address === 'string' ? `unix://${address}` : `tcp://127.0.0.1:${address?.port}`;
}

/** A way to the real engine that can be cut. */
async function openProxy() {
	const sockets = new Set<Socket>();
	const server = createServer({allowHalfOpen: true}, client => {
		const engine = connect({path: '/var/run/docker.sock', allowHalfOpen: true});
		for (const socket of [client, engine]) {
			sockets.add(socket);
			socket.on('error', () => socket.destroy());
		}
		client.pipe(engine).pipe(client);
	});
	const host = await listen(server, 0);
	const cut = () => {
		for (const socket of sockets) socket.destroy();
	};
	return {host, cut};
}

async function failureOf(host: string) {
	const begun = performance.now();
	const error: unknown = await connectDocker({host})
		.info()
		.then(
			() => undefined,
			error => error,
		);
	expect(performance.now() - begun).toBeLessThan(2200);
	return error;
}

const told = (message: RegExp, hint: RegExp) =>
	expect.objectContaining({
		name: 'EngineError',
		status: undefined,
		message: expect.stringMatching(message),
		hint: expect.stringMatching(hint),
	});

describe('an engine out of reach is told within two seconds', () => {
	test('no socket', async () => {
		const host = `unix://${folder}/absent.sock`;
		expect(await failureOf(host)).toEqual(
			told(/the engine at unix:.*absent\.sock is out of reach: there is no such socket/, /is Docker running/),
		);
	});

	test('nobody listens', async () => {
		expect(await failureOf('tcp://127.0.0.1:1')).toEqual(
			told(/tcp:\/\/127\.0\.0\.1:1 is out of reach: connection refused/, /is Docker running/),
		);
	});

	test('a server that never answers', async () => {
		const host = await listen(createServer(), join(folder, 'silent.sock'));
		expect(await failureOf(host)).toEqual(told(/silent\.sock is out of reach: no answer/, /is the host up/));
	});

	test('a server that hangs up', async () => {
		const host = await listen(
			createServer(socket => socket.destroy()),
			join(folder, 'rude.sock'),
		);
		expect(await failureOf(host)).toEqual(told(/closed the connection/, /is Docker running/));
	});

	test('a server that is no engine', async () => {
		const answer = (status: string, body: string) =>
			`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
		const serve = (text: string) =>
			listen(
				createServer(socket => void socket.on('error', () => {}).end(text)),
				0,
			);
		const page = await failureOf(await serve(answer('200 OK', '<html>hello</html>')));
		expect(page).toMatchObject({message: expect.stringMatching(/tcp:\/\/127\.0\.0\.1:\d+ is not a Docker engine/)});
		const absent = await failureOf(await serve(answer('404 Not Found', '')));
		expect(absent).toMatchObject({
			status: 404,
			message: expect.stringMatching(/answered with status 404 and no text$/),
		});
	});

	test('an unknown host', async () => {
		expect(await failureOf('tcp://engine.invalid:2375')).toEqual(
			told(/unknown host|could not be resolved|no answer/, /./),
		);
	});

	test('a socket of somebody else', async () => {
		const attempt = createAttempt('unix:///var/run/docker.sock', []);
		const refused = () => Promise.reject(Object.assign(new Error('connect EACCES'), {code: 'EACCES'}));
		await expect(attempt('list containers', refused)).rejects.toEqual(
			told(/^cannot list containers: the engine at unix:.* permission denied$/, /group docker/),
		);
	});
});

describe('over TCP', () => {
	const {labels} = withEngine();

	test('everything works as over a socket', async () => {
		const {host} = await openProxy();
		const engine = connectDocker({host});
		expect(await engine.info()).toMatchObject({address: host, apiVersion: expect.stringMatching(/^1\.\d+$/)});
		const id = await engine.run(idleSpec(labels));
		expect(await engine.exec(id, ['cat'], {input: 'over TCP'})).toMatchObject({stdout: 'over TCP'});
		await engine.remove(id);
	});

	test('a lost connection ends events, logs and waiting with an error', async () => {
		const {host, cut} = await openProxy();
		const engine = connectDocker({host});
		const id = await engine.run(idleSpec(labels));
		const seen: EngineEvent[] = [];
		const following = async () => {
			for await (const event of engine.events(labels, new AbortController().signal)) seen.push(event);
		};
		const logging = async () => {
			for await (const line of engine.logs(id, {follow: true})) expect(line).toBeUndefined();
		};
		const lost = Promise.allSettled([following(), logging(), engine.wait(id)]);
		await until(async () => {
			await engine.remove(await engine.create(idleSpec(labels)));
			return seen.length > 0;
		});
		cut();
		const results = await lost;
		const reasons = results.map(result => (result.status === 'rejected' ? result.reason : undefined));
		expect(reasons).toEqual([
			told(/^cannot follow events: .* closed the connection/, /is Docker running/),
			told(/^cannot read the log of container .* closed the connection/, /is Docker running/),
			told(/^cannot wait for container .* closed the connection/, /is Docker running/),
		]);
		await connectDocker().remove(id);
	});

	test('DOCKER_HOST does not leak into a connection elsewhere', async () => {
		const before = process.env['DOCKER_HOST'];
		process.env['DOCKER_HOST'] = 'tcp://127.0.0.1:1';
		try {
			const engine = connectDocker({host: 'unix:///var/run/docker.sock'});
			expect(await engine.info()).toMatchObject({address: 'unix:///var/run/docker.sock'});
			await expect(connectDocker().info()).rejects.toThrow('tcp://127.0.0.1:1 is out of reach');
		} finally {
			if (before === undefined) delete process.env['DOCKER_HOST'];
			else process.env['DOCKER_HOST'] = before;
		}
	});
});
