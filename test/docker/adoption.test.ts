import {randomBytes} from 'node:crypto';
import {setTimeout as pause} from 'node:timers/promises';
import {afterAll, beforeAll, expect, test} from 'vitest';
import type {ContainerSpec} from '../../source/engine/engine.ts';
import {withSandbox, words} from './cli.ts';
import {publicService} from './cli-server.ts';
import {cleanUp, collect, makeNetwork, uniqueName, until} from './helpers.ts';
import {ask, freePort} from './router-lab.ts';
import {startLoad} from './router-load.ts';

const labels = {'compartment.test': uniqueName('adoption')};
const compose = uniqueName('compose');
const password = `p+${randomBytes(9).toString('hex')}/=`;
const volume = `${compose}_pgdata`;

/** Answers as the server of a sandbox does, under the name `old`. */
const oldServer = `
const server = require('node:http').createServer((request, response) => {
	const {method, url, headers} = request;
	response.writeHead(200, {'x-echo': encodeURIComponent(JSON.stringify({name: 'old', method, url, headers}))});
	response.end('old');
});
server.listen(3000);
process.once('SIGTERM', () => process.exit());
`;

/** Inserts rows without a pause, and prints each that the database has confirmed. */
const writer = (name: string) =>
	`trap exit TERM; i=0; while :; do i=$((i+1)); psql "$DATABASE_URL" -XAtqc "insert into rows values ('${name}', $i)" 2>/dev/null && echo "confirmed $i"; sleep 0.05; done`;

const sandbox = withSandbox(opened => {
	opened.addService('web', 'new');
	opened.describe({
		services: {
			web: publicService('web'),
			writer: {
				image: 'postgres:16-alpine',
				kind: 'worker',
				run: {command: writer('new')},
				connections: {db: {env: {DATABASE_URL: 'connection-url'}}},
			},
		},
		resources: {db: {preset: 'postgres'}},
	});
});

const composeLabels = (service: string) => ({
	...labels,
	'com.docker.compose.project': compose,
	'com.docker.compose.service': service,
});

let port: number;

/** Starts the Compose project as `docker compose up` does. */
async function composeUp(): Promise<void> {
	const {engine} = sandbox;
	port = await freePort();
	const projectLabels = {...labels, 'com.docker.compose.project': compose};
	const {name: network} = await makeNetwork(engine, projectLabels, {name: `${compose}_default`});
	await engine.createVolume(volume, projectLabels);
	const up = async (service: string, spec: Pick<ContainerSpec, 'image' | 'env'> & Partial<ContainerSpec>) => {
		const id = await engine.run({
			name: `${compose}-${service}-1`,
			labels: composeLabels(service),
			attachments: [{network, aliases: [service]}],
			restart: {policy: 'no'},
			...spec,
		});
		await engine.setRestart(id, {policy: 'always'});
		return id;
	};
	const db = await up('db', {
		image: 'postgres:16-alpine',
		env: {POSTGRES_USER: 'app', POSTGRES_DB: 'app', POSTGRES_PASSWORD: password},
		volumes: {[volume]: {path: '/var/lib/postgresql/data'}},
	});
	const sql =
		"create table rows (writer text, n int); insert into rows select 'before', n from generate_series(1, 5000) n";
	await until(async () => {
		const {exitCode} = await engine.exec(db, ['psql', '-h', '127.0.0.1', '-U', 'app', '-c', 'select 1']);
		return exitCode === 0;
	}, 60_000);
	const made = await engine.exec(db, ['psql', '-U', 'app', '-v', 'ON_ERROR_STOP=1', '-c', sql]);
	expect(made.exitCode, made.stderr).toBe(0);
	await up('web', {
		image: 'node:24-slim',
		env: {},
		command: ['node', '-e', oldServer],
		publish: {3000: {host: '127.0.0.1', port}},
	});
	await up('writer', {
		image: 'postgres:16-alpine',
		env: {DATABASE_URL: `postgres://app:${encodeURIComponent(password)}@db:5432/app`},
		entrypoint: ['sh', '-c'],
		command: [writer('old')],
	});
}

/** What `docker compose down` does: removes the containers of the project, then its networks. */
async function composeDown(): Promise<void> {
	const {engine} = sandbox;
	const {containers, networks} = await engine.observe({'com.docker.compose.project': compose});
	for (const {id} of containers) await engine.remove(id);
	for (const {id} of networks) await engine.removeNetwork(id);
}

const query = async (text: string): Promise<string> => {
	const {id} = await sandbox.running('resource.db');
	const {stdout, stderr, exitCode} = await sandbox.engine.exec(id, ['psql', '-U', 'app', '-XAtqc', text]);
	expect(exitCode, stderr).toBe(0);
	return stdout.trim();
};

const isServing = async (): Promise<boolean> => {
	try {
		return (await sandbox.ask()).status === 200;
	} catch {
		return false;
	}
};

beforeAll(composeUp, 120_000);
afterAll(() => cleanUp(sandbox.engine, labels), 60_000);

test('a Compose project is adopted under load: no row and no request is lost, and its end touches nothing', async () => {
	const {engine, router} = sandbox;
	const oldRequests: {startedAt: number; result: string}[] = [];
	let isLoading = true;
	const old = (async () => {
		while (isLoading) {
			const startedAt = performance.now();
			const result = await ask({...router, port}, {host: 'localhost', path: '/load', agent: false}).then(
				({body}) => body,
				String,
			);
			oldRequests.push({startedAt, result});
			await pause(3);
		}
	})();
	await pause(500);
	const adoption = sandbox.start(['adopt', '--compose', compose, '--auto-approve', '--plain'], {limitMs: 240_000});
	while (!(await isServing()) && adoption.child.exitCode === null) await pause(10);
	const switchedAt = performance.now();
	const load = startLoad(router, sandbox.host(), {keepAlive: 2, fresh: 2, idling: 1});
	const {exitCode, stdout, stderr} = await adoption.ended;
	expect(exitCode, stdout + stderr).toBe(0);
	expect(stdout + stderr).not.toContain(password);
	expect(words(stdout)).toContain('@ resource.db will be adopted, recreated on its volumes');

	isLoading = false;
	await old;
	const before = oldRequests.filter(({startedAt}) => startedAt < switchedAt);
	expect(before.length).toBeGreaterThan(50);
	expect(before.filter(({result}) => result !== 'old')).toEqual([]);

	const [oldWriter] = (await engine.observe(composeLabels('writer'))).containers;
	const log = (await collect(engine.logs(oldWriter!.id, {hasTerminal: false}))).flat().map(({text}) => text);
	const confirmed = log.filter(text => text.startsWith('confirmed '));
	expect(confirmed.length).toBeGreaterThan(10);
	const {containers: left} = await engine.observe({'com.docker.compose.project': compose});
	expect(left.map(({state}) => state)).toEqual(['exited', 'exited', 'exited']);

	await composeDown();
	await pause(500);
	await load.stop();
	expect(load.losses).toEqual([]);
	expect(load.samples.length).toBeGreaterThan(50);
	expect([...new Set(load.samples.map(({name}) => name))]).toEqual(['new']);

	expect(await query("select count(*), sum(n) from rows where writer = 'before'")).toBe('5000|12502500');
	const kept = new Set((await query("select n from rows where writer = 'old'")).split('\n').map(n => `confirmed ${n}`));
	expect(confirmed.filter(text => !kept.has(text))).toEqual([]);
	await until(async () => Number(await query("select count(*) from rows where writer = 'new'")) > 5);
	await sandbox.expectNoChanges();
	expect((await engine.findByName('volume', volume))?.labels).toMatchObject({'com.docker.compose.project': compose});
}, 300_000);

test('its data outlives the environment', async () => {
	await sandbox.succeed(['destroy', '--delete-data', '--auto-approve']);
	expect(await sandbox.engine.findByName('volume', volume)).toBeDefined();
	await sandbox.succeed(['deploy']);
	expect(await query("select count(*) from rows where writer = 'before'")).toBe('5000');
	await sandbox.succeed(['destroy', '--delete-external', 'db.data', '--auto-approve']);
	expect(await sandbox.engine.findByName('volume', volume)).toBeUndefined();
}, 300_000);
