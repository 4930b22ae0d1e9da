import {mkdtempSync, rmSync} from 'node:fs';
import {createServer, type Server} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, expect, it} from 'vitest';
import {connectDocker} from '../../source/engine/docker.ts';

const id = '5f'.repeat(32);

const inspected = {
	Id: id,
	Name: '/shop-web',
	Created: '2026-02-03T04:05:06.789Z',
	Image: 'sha256:1234',
	RestartCount: 2,
	State: {
		Status: 'running',
		Running: true,
		ExitCode: 0,
		OOMKilled: false,
		Error: '',
		StartedAt: '2026-02-03T04:06:00Z',
		FinishedAt: '0001-01-01T00:00:00Z',
	},
	HostConfig: {PortBindings: {}},
	Config: {Labels: {a: 'b'}},
	NetworkSettings: {
		Ports: {'80/tcp': [{HostIp: '127.0.0.1', HostPort: '9080'}], '81/tcp': null},
		Networks: {inner: {IPAddress: '10.0.0.5'}, outer: {IPAddress: ''}},
	},
};

let server: Server | undefined;
let folder = '';

afterEach(() => {
	server?.close();
	rmSync(folder, {recursive: true, force: true});
});

it('an inspection is one request', async () => {
	folder = mkdtempSync(join(tmpdir(), 'compartment-reads-'));
	const socket = join(folder, 'engine.sock');
	const asked: string[] = [];
	server = createServer((request, response) => {
		asked.push(`${request.method} ${request.url}`);
		const isKnown = request.url === `/containers/${id}/json`;
		response.writeHead(isKnown ? 200 : 404, {'api-version': '1.41'});
		response.end(JSON.stringify(isKnown ? inspected : {message: 'No such container'}));
	});
	await new Promise<void>(resolve => server!.listen(socket, resolve));
	const engine = connectDocker({host: `unix://${socket}`});

	expect(await engine.inspectContainer(id)).toEqual({
		id,
		name: 'shop-web',
		state: 'running',
		status: 'Up',
		imageId: 'sha256:1234',
		labels: {a: 'b'},
		networks: {inner: '10.0.0.5', outer: ''},
		createdAt: Date.parse('2026-02-03T04:05:06Z'),
		exitCode: 0,
		isOutOfMemory: false,
		startedAt: Date.parse('2026-02-03T04:06:00Z'),
		finishedAt: undefined,
		restartCount: 2,
		error: '',
		publishedPorts: ['127.0.0.1:9080'],
	});
	expect(await engine.inspectContainer('absent')).toBeUndefined();
	expect(asked).toEqual([`GET /containers/${id}/json`, 'GET /containers/absent/json']);
});
