import {mkdtempSync, rmSync} from 'node:fs';
import {createServer as createHttpServer} from 'node:http';
import {createServer, type Server} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, test, vi} from 'vitest';
import {connectDocker} from '../../source/engine/docker.ts';
import {createAttempt} from '../../source/engine/docker-errors.ts';
import {eachLine} from '../../source/engine/each-line.ts';
import type {Engine, EngineEvent} from '../../source/engine/engine.ts';
import {type Fate, openEngineProxy} from './engine-proxy.ts';
import {cleanUp, collect, idleSpec, smallImage, until, withEngine} from './helpers.ts';

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

test('an engine without an init program runs a container without one', async () => {
	const asked: string[] = [];
	let made = 0;
	const server = createHttpServer(async (request, response) => {
		let body = '';
		for await (const chunk of request) body += String(chunk);
		const path = request.url!.replace(/^\/v[\d.]+|\?.*$/g, '');
		const answer = (status: number, content?: unknown) => {
			response.writeHead(status, {'content-type': 'application/json', 'api-version': '1.41'});
			response.end(content === undefined ? undefined : JSON.stringify(content));
		};
		if (!path.startsWith('/containers/')) return answer(200, {});
		const init = path.endsWith('/create')
			? ` ${(JSON.parse(body) as {HostConfig: {Init: boolean}}).HostConfig.Init}`
			: '';
		asked.push(`${request.method} ${path}${init}`);
		if (path.endsWith('/create')) return answer(201, {Id: `made-${++made}`});
		if (path !== '/containers/made-1/start') return answer(204);
		answer(500, {message: 'exec: "docker-init": executable file not found in $PATH'});
	});
	const engine = connectDocker({host: await listen(server, join(folder, 'bare.sock'))});
	const spec = idleSpec({}, {hasInit: true, files: []});
	expect(await engine.run(spec)).toBe('made-2');
	expect(asked).toEqual([
		'POST /containers/create true',
		'POST /containers/made-1/start',
		'DELETE /containers/made-1',
		'POST /containers/create false',
		'POST /containers/made-2/start',
	]);
});

test('a server that is no Docker engine is named as such', async () => {
	const server = createHttpServer((_, response) => {
		response.writeHead(200, {'content-type': 'application/json', 'api-version': '1.41'});
		response.end('null');
	});
	const {message} = (await failureOf(await listen(server, join(folder, 'web.sock')))) as Error;
	expect(message).toContain('the response is not that of a Docker engine');
});

describe('within two seconds, an engine is reported as unreachable', () => {
	test('if its socket does not exist', async () => {
		const host = `unix://${folder}/absent.sock`;
		expect(await failureOf(host)).toEqual(
			told(/the engine at unix:.*absent\.sock is unreachable: no such socket/, /is Docker running/),
		);
	});

	test('if nothing listens', async () => {
		expect(await failureOf('tcp://127.0.0.1:1')).toEqual(
			told(/tcp:\/\/127\.0\.0\.1:1 is unreachable: connection refused/, /is Docker running/),
		);
	});

	test('if its server never answers', async () => {
		const host = await listen(createServer(), join(folder, 'silent.sock'));
		expect(await failureOf(host)).toEqual(
			told(/silent\.sock is unreachable: no answer/, /^does `docker version` answer\? If not, restart Docker/),
		);
	});

	test('if its server hangs up', async () => {
		const host = await listen(
			createServer(socket => socket.destroy()),
			join(folder, 'rude.sock'),
		);
		expect(await failureOf(host)).toEqual(told(/closed the connection/, /is Docker running/));
	});

	test('if its server is not an engine', async () => {
		const answer = (status: string, body: string) =>
			`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
		const serve = (text: string) =>
			listen(
				createServer(socket => void socket.on('error', () => {}).end(text)),
				0,
			);
		for (const [status, body] of [
			['200 OK', '<html>hello</html>'],
			['200 OK', '{"hello": "world"}'],
			['404 Not Found', ''],
			['302 Found\r\nLocation: http://engine.invalid/', ''],
		] as const)
			expect(await failureOf(await serve(answer(status, body)))).toEqual(
				told(/tcp:\/\/127\.0\.0\.1:\d+ answers HTTP but is not a Docker engine \(status \d+\)$/, /check DOCKER_HOST/),
			);
		const refused = await failureOf(await serve(answer('403 Forbidden', 'not here')));
		expect(refused).toMatchObject({status: 403, message: expect.stringMatching(/: not here$/)});
	});

	test('if its host is unknown', async () => {
		expect(await failureOf('tcp://engine.invalid:2375')).toEqual(
			told(/unknown host|could not be resolved|no answer/, /./),
		);
	});

	test('with a hint at the firewall for a host, but not for a socket', async () => {
		const silent = () => Promise.reject(Object.assign(new Error('no answer for 5 s'), {code: 'ETIMEDOUT'}));
		for (const [address, hint] of [
			['tcp://10.0.0.5:2376', /firewall/],
			['unix:///var/run/docker.sock', /^(?!.*(?:firewall|host)).*restart Docker/],
		] as const)
			await expect(createAttempt(address, [])('list containers', silent)).rejects.toEqual(
				told(/unreachable: no answer for 5 s$/, hint),
			);
	});

	test('if its socket belongs to another user', async () => {
		const attempt = createAttempt('unix:///var/run/docker.sock', []);
		const refused = () => Promise.reject(Object.assign(new Error('connect EACCES'), {code: 'EACCES'}));
		await expect(attempt('list containers', refused)).rejects.toEqual(
			told(/^cannot list containers: the engine at unix:.* permission denied$/, /docker group/),
		);
	});
});

test('stale endpoints of deleted containers do not block the removal of a network', async () => {
	// A real engine cannot be made to lose a container on purpose, so this is a fake one.
	const asked: string[] = [];
	let isCleared = false;
	const server = createHttpServer((request, response) => {
		const call = `${request.method} ${request.url?.replace(/\?.*/, '')}`;
		asked.push(call);
		const answer = (status: number, body?: object) =>
			response.writeHead(status, {'Api-Version': '1.41'}).end(body && JSON.stringify(body));
		if (call === 'DELETE /networks/net')
			return isCleared ? answer(204) : answer(403, {message: 'network net has active endpoints'});
		if (call === 'GET /networks/net') return answer(200, {Name: 'net', Containers: {'ep-1': {Name: 'lost'}}});
		if (call !== 'POST /networks/net/disconnect') return answer(404, {message: 'No such container: ep-1'});
		request.on('data', body => {
			isCleared = JSON.parse(String(body)).Force === true && JSON.parse(String(body)).Container === 'lost';
		});
		return request.on('end', () => answer(200));
	});
	const engine = connectDocker({host: await listen(server, join(folder, 'lossy.sock'))});
	await engine.removeNetwork('net');
	expect(asked.at(-1)).toBe('DELETE /networks/net');
	expect(isCleared).toBe(true);
});

describe('over TCP,', () => {
	const {labels} = withEngine();

	test('everything works as over a socket', async () => {
		await using proxy = await openEngineProxy({isTcp: true});
		const {host} = proxy;
		const engine = connectDocker({host});
		expect(await engine.info()).toMatchObject({address: host, apiVersion: expect.stringMatching(/^1\.\d+$/)});
		const id = await engine.run(idleSpec(labels));
		expect(await engine.exec(id, ['cat'], {input: 'over TCP'})).toMatchObject({stdout: 'over TCP'});
		await engine.remove(id);
	});

	test('a lost connection ends events, logs and waiting with an error', async () => {
		await using proxy = await openEngineProxy({isTcp: true});
		const {host, cut} = proxy;
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
		await cut();
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
			await expect(connectDocker().info()).rejects.toThrow('tcp://127.0.0.1:1 is unreachable');
		} finally {
			if (before === undefined) delete process.env['DOCKER_HOST'];
			else process.env['DOCKER_HOST'] = before;
		}
	});
});

/** Every kind of call that reads or changes something: its HTTP request, and how to make it. */
const kinds: readonly (readonly [RegExp, (engine: Engine, id: string) => Promise<unknown>])[] = [
	[/^GET \/containers\/json/, engine => engine.observe({})],
	[/^GET \/networks/, engine => engine.listSubnets()],
	[/^GET \/volumes/, engine => engine.observe({})],
	[/^GET \/containers\/\w+\/json/, (engine, id) => engine.inspectContainer(id)],
	[/^GET \/images\/.*json/, engine => engine.findImage(smallImage)],
	[/^GET \/images\/json/, engine => engine.listImages({})],
	// Far more than there is.
	[/^POST \/build\/prune/, engine => engine.pruneBuildCache(1e15)],
	[/^GET \/containers\/\w+\/logs/, (engine, id) => collect(eachLine(engine.logs(id, {})))],
	[/^GET \/events/, (engine, id) => engine.lastExitCode(id)],
	[/^GET \/containers\/\w+\/stats/, (engine, id) => engine.readUsage(id)],
	[/^GET \/info/, engine => engine.info()],
	[/^POST \/containers\/\w+\/exec/, (engine, id) => engine.exec(id, ['true'])],
	[/^POST \/exec\/\w+\/start/, (engine, id) => engine.exec(id, ['sleep', '1'])],
	[/^POST \/exec\/\w+\/start/, (engine, id) => engine.exec(id, ['cat'], {input: 'x'})],
	[/^GET \/exec\/\w+\/json/, (engine, id) => engine.exec(id, ['true'])],
	[/^PUT \/containers\/\w+\/archive/, (engine, id) => engine.writeFiles(id, [{path: '/tmp/x', content: 'x'}])],
	[/^POST \/containers\/\w+\/stop/, (engine, id) => engine.stop(id, 1)],
	[/^POST \/containers\/\w+\/start/, (engine, id) => engine.start(id)],
	[/^POST \/containers\/create/, engine => engine.create(idleSpec({'compartment.test': 'cut'}))],
	[/^DELETE \/containers\//, (engine, id) => engine.remove(id)],
];

describe.each(['unix', 'tcp'])('a call over %s ends', transport => {
	const {engine: direct, labels} = withEngine();
	const kindsHere = transport === 'tcp' ? kinds.slice(0, 4) : kinds;

	test.each(['half', 'cut', 'silence'] as const)('whatever happens to its response (%s)', async fate => {
		const armed: {call?: RegExp} = {};
		await using proxy = await openEngineProxy({
			isTcp: transport === 'tcp',
			fate: call => (armed.call?.test(call) ? fate : 'pass'),
		});
		const engine = connectDocker({host: proxy.host});
		const id = await direct.run(idleSpec(labels));
		// Shortened only now, because the calls before need their time.
		vi.stubEnv('COMPARTMENT_TEST_PATIENCE_MS', '20');
		for (const [call, ask] of kindsHere) {
			armed.call = call;
			const error: unknown = await ask(engine, id).then(
				() => undefined,
				(thrown: unknown) => thrown,
			);
			expect(error, String(call)).toMatchObject({
				name: 'EngineError',
				status: undefined,
				isOutcomeUnknown: true,
				message: expect.stringMatching(/^cannot .* is unreachable: (the engine closed the connection|no answer)/),
			});
		}
		vi.unstubAllEnvs();
		await cleanUp(direct, {'compartment.test': 'cut'});
	});
});

describe('a stream', () => {
	const {engine: direct, labels} = withEngine();

	test('that is silent stays open while the engine answers pings', async () => {
		vi.stubEnv('COMPARTMENT_TEST_PATIENCE_MS', '400');
		const silenced = {isOn: false};
		const fate = (call: string): Fate => (silenced.isOn && call === 'GET /_ping' ? 'silence' : 'pass');
		const pings: string[] = [];
		await using proxy = await openEngineProxy({
			fate: call => {
				if (call === 'GET /_ping') pings.push(call);
				return fate(call);
			},
		});
		const engine = connectDocker({host: proxy.host});
		const id = await direct.run(idleSpec(labels));
		const ended: string[] = [];
		const follow = async (name: string, stream: Promise<unknown>) => {
			const error: unknown = await stream.catch((thrown: unknown) => thrown);
			ended.push(name);
			return error;
		};
		const streams = [
			follow('logs', collect(eachLine(engine.logs(id, {follow: true})))),
			follow('events', collect(engine.events(labels, new AbortController().signal))),
			follow('wait', engine.wait(id)),
			follow('exec', engine.exec(id, ['sleep', '1000'])),
			follow('exec with input', engine.exec(id, ['sleep', '1000'], {input: 'x'})),
		];
		await until(() => pings.length > 3);
		expect(ended).toEqual([]);
		silenced.isOn = true;
		for (const error of await Promise.all(streams)) expect(error).toEqual(told(/unreachable: no answer for 1 s$/, /./));
		vi.unstubAllEnvs();
	});
});
