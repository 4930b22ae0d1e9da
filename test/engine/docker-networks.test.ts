import {mkdtempSync, rmSync} from 'node:fs';
import {createServer, type Server} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it, vi} from 'vitest';
import {connectDocker} from '../../source/engine/docker.ts';

vi.mock(import('node:timers/promises'), async original =>
	(await import('../apply/short-pauses.ts')).shortenPauses(original),
);

/** An engine with one network, which it refuses to remove this many times. */
const engine = {refusals: 0, tries: 0, containers: {} as Record<string, string>, disconnected: [] as string[]};

let server: Server;
let folder = '';

const answerTo = (method: string, path: string): [status: number, body: unknown] => {
	if (method === 'DELETE') {
		engine.tries++;
		return engine.refusals-- > 0 ? [403, {message: 'network shop has active endpoints'}] : [204, undefined];
	}
	if (path.startsWith('/networks/')) {
		const connected = Object.keys(engine.containers).map(name => [name, {Name: name}]);
		return [200, {Name: 'shop', Containers: Object.fromEntries(connected)}];
	}
	const status = engine.containers[path.split('/')[2] ?? ''];
	return status === undefined || status === 'gone'
		? [404, {message: 'no such container'}]
		: [200, {State: {Status: status}}];
};

beforeEach(async () => {
	Object.assign(engine, {refusals: 0, tries: 0, containers: {}, disconnected: []});
	folder = mkdtempSync(join(tmpdir(), 'compartment-networks-'));
	server = createServer((request, response) => {
		const path = (request.url ?? '').replace(/^\/v[\d.]+/, '').replace(/\?.*$/, '');
		if (path.endsWith('/disconnect')) engine.disconnected.push(path);
		const [status, body] = path.endsWith('/disconnect') ? [200, undefined] : answerTo(request.method ?? '', path);
		request.resume();
		response
			.writeHead(status, {'api-version': '1.41', 'content-type': 'application/json'})
			.end(body && JSON.stringify(body));
	});
	await new Promise<void>(resolve => void server.listen(join(folder, 'engine.sock'), resolve));
});

afterEach(() => {
	server.close();
	rmSync(folder, {recursive: true, force: true});
});

const remove = () => connectDocker({host: `unix://${join(folder, 'engine.sock')}`}).removeNetwork('shop');

it('the removal of a network waits for a container that is just being removed', async () => {
	Object.assign(engine, {refusals: 3, containers: {old: 'removing'}});
	await remove();
	expect(engine.tries).toBe(4);
});

it('the removal of a network disconnects a container that is gone', async () => {
	Object.assign(engine, {refusals: 1, containers: {lost: 'gone'}});
	await remove();
	expect(engine.disconnected).toEqual(['/networks/shop/disconnect']);
});

it('a network with a container that stays is not tried again, and the container is named', async () => {
	Object.assign(engine, {refusals: 99, containers: {mine: 'running'}});
	await expect(remove()).rejects.toThrow('container mine is connected to it (disconnect: docker network disconnect');
	expect(engine.tries).toBe(1);
});

it('a network that the engine wrongly counts as used is given up, with the way out', async () => {
	engine.refusals = 99;
	await expect(remove()).rejects.toThrow(
		'cannot remove network shop: no container is connected to it, but the engine counts one. Restart the engine',
	);
	expect(engine.tries).toBe(6);
});

it('a network whose last container is not removed for seconds is given up, and the container is named', async () => {
	Object.assign(engine, {refusals: 99, containers: {old: 'removing'}});
	await expect(remove()).rejects.toThrow('cannot remove network shop: the engine has not finished removing old');
	expect(engine.tries).toBe(16);
});
