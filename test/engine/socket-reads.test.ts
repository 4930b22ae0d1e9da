import {mkdtempSync, rmSync} from 'node:fs';
import {createServer, type RequestListener, type Server} from 'node:http';
import {createServer as createSocketServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {afterEach, expect, it, vi} from 'vitest';
import {connectDocker} from '../../source/engine/docker.ts';

const folder = mkdtempSync(join(tmpdir(), 'compartment-socket-'));
const socket = join(folder, 'engine.sock');
let stop: (() => void) | undefined;

afterEach(() => {
	stop?.();
	rmSync(socket, {force: true});
	vi.unstubAllEnvs();
});

async function serve(listener: RequestListener): Promise<Server> {
	const server = createServer(listener);
	await new Promise<void>(resolve => server.listen(socket, resolve));
	stop = () => {
		server.close();
		server.closeAllConnections();
	};
	return server;
}

const image = (id: string) => JSON.stringify({Id: id, Config: {}});
const engine = () => connectDocker({host: `unix://${socket}`});
const version = {'api-version': '1.41'};

it('many reads share a few connections, and each gets its own answer', async () => {
	const connections = new Set<unknown>();
	await serve(async (request, response) => {
		connections.add(request.socket);
		await pause(2);
		response.writeHead(200, version).end(image(request.url ?? ''));
	});
	const {findImage} = engine();
	const names = Array.from({length: 100}, (_, index) => `image-${index}`);
	const found = await Promise.all(names.map(name => findImage(name)));
	expect(found.map(each => each?.id)).toEqual(names.map(name => `/images/${name}/json`));
	expect(connections.size).toBeLessThanOrEqual(16);
	await findImage('again');
	expect(connections.size).toBeLessThanOrEqual(16);
});

it('a name with a line break is refused, not sent as another request', async () => {
	const asked: string[] = [];
	await serve((request, response) => {
		asked.push(`${request.method} ${request.url}`);
		response.writeHead(200, version).end(image('found'));
	});
	const name = 'web HTTP/1.1\r\nHost: localhost\r\n\r\nDELETE /containers/other?force=true';
	await expect(engine().findImage(name)).rejects.toThrow('unescaped characters');
	expect(asked.filter(call => call.startsWith('DELETE') || call.includes('web'))).toEqual([]);
});

it('reads again when the engine has closed its connections meanwhile', async () => {
	const server = await serve(
		(request, response) => void response.writeHead(200, version).end(image(request.url ?? '')),
	);
	const {findImage} = engine();
	await findImage('one');
	server.closeAllConnections();
	await pause(20);
	expect((await findImage('two'))?.id).toBe('/images/two/json');
});

it('an answer that is cut off, and one that is not HTTP, are errors with the address', async () => {
	for (const [answer, text] of [
		['HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 100\r\n\r\n{"Id":', 'closed the connection'],
		['SSH-2.0-OpenSSH_9.2\r\n', 'not HTTP'],
	] as const) {
		const server = createSocketServer(connection => connection.end(answer));
		await new Promise<void>(resolve => server.listen(socket, resolve));
		await expect(engine().findImage('one')).rejects.toThrow(new RegExp(`cannot .* at unix://${socket} .*${text}`));
		server.close();
		rmSync(socket, {force: true});
	}
});

it('an answer that stops in the middle ends after its deadline', async () => {
	vi.stubEnv('COMPARTMENT_TEST_PATIENCE_MS', '20');
	await serve((_, response) => {
		response.writeHead(200, version).write('{"Id":');
	});
	await expect(engine().findImage('one')).rejects.toThrow(/no answer for 1 s/);
});

it('a refusal is the message of the engine, and what is not an engine is named as such', async () => {
	await serve((request, response) => {
		const isKnown = request.url === '/images/one/json';
		response.writeHead(isKnown ? 500 : 200, isKnown ? version : {}).end(JSON.stringify({message: 'no space left'}));
	});
	await expect(engine().findImage('one')).rejects.toThrow(/no space left/);
	await expect(engine().findImage('two')).rejects.toThrow(/not a Docker engine/);
});
