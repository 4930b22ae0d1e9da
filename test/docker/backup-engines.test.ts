import {connect, createServer, type Server} from 'node:net';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {createKeeper, idleService, keeper} from './backup-store.ts';
import {withSandbox} from './cli.ts';

const sandbox = withSandbox(async box => {
	box.describe({services: {idle: idleService}, resources: {store: keeper({}, {interval: 'hourly'})}});
	await box.succeed(['deploy']);
});
const store = createKeeper(sandbox);

// The same engine over TCP, as a remote machine would reach it.
let server: Server;
let remote: Readonly<Record<string, string>>;
beforeAll(async () => {
	const host = process.env['DOCKER_HOST'];
	const path = host?.startsWith('unix://') ? host.slice('unix://'.length) : '/var/run/docker.sock';
	server = createServer(client => {
		const engine = connect({path});
		client.pipe(engine).pipe(client);
		for (const [one, other] of [
			[client, engine],
			[engine, client],
		] as const)
			one.on('error', () => other.destroy()).on('close', () => other.destroy());
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	remote = {DOCKER_HOST: `tcp://127.0.0.1:${typeof address === 'object' ? address!.port : 0}`};
});
afterAll(() => server?.close());

test('deploys, reads and resource commands work on a remote engine', async () => {
	await sandbox.succeed(['deploy', '--replace', 'service.idle'], {env: remote});
	expect(await sandbox.succeed(['resource', 'list'], {env: remote})).toMatch(/^store\thealthy\t/);
	await sandbox.succeed(['resource', 'stop', '--resource', 'store'], {env: remote});
	await sandbox.succeed(['resource', 'start', '--resource', 'store'], {env: remote});
});

test('a backup is made, verified and restored through an engine that shares no folder with us', async () => {
	await store.setValue('good');
	await sandbox.succeed(store.create, {env: remote});
	const {id} = store.newest();
	expect(await sandbox.succeed(store.list, {env: remote})).toContain(`${id}\tsucceeded\tmanual`);
	await store.setValue('present');
	await sandbox.succeed(['resource', 'backup', 'verify', '--backup', id], {env: remote});
	expect(await store.value()).toBe('present');
	await sandbox.succeed(store.restore(id), {env: remote});
	expect(await store.value()).toBe('good');
	expect(await store.leftovers()).toEqual([]);
});
