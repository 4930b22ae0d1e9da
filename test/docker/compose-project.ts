import {randomBytes} from 'node:crypto';
import {expect} from 'vitest';
import type {ContainerSpec} from '../../source/engine/engine.ts';
import type {Sandbox} from './cli.ts';
import {publicService} from './cli-server.ts';
import {makeNetwork, uniqueName, until} from './helpers.ts';
import {freePort} from './router-lab.ts';

/** A Compose project of a web service, a PostgreSQL and a worker that writes to it. */
export type ComposeProject = {
	readonly name: string;
	readonly password: string;
	/** Of the data of PostgreSQL. */
	readonly volume: string;
	/** On which its web service is published. */
	readonly port: number;
	/** Of the container of the worker. */
	readonly writerLabels: Readonly<Record<string, string>>;
};

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

/** Declares what the project becomes in compartment.yml. */
export function describeAdopted(sandbox: Sandbox): void {
	sandbox.addService('web', 'new');
	sandbox.describe({
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
}

/** A PostgreSQL with 5,000 rows on a volume. */
export async function startDatabase(
	{engine}: Pick<Sandbox, 'engine'>,
	spec: Pick<ContainerSpec, 'name' | 'labels' | 'attachments'>,
	{volume, password}: Pick<ComposeProject, 'volume' | 'password'>,
): Promise<string> {
	const id = await engine.run({
		restart: {policy: 'no'},
		image: 'postgres:16-alpine',
		env: {POSTGRES_USER: 'app', POSTGRES_DB: 'app', POSTGRES_PASSWORD: password},
		volumes: {[volume]: {path: '/var/lib/postgresql/data'}},
		...spec,
	});
	await until(async () => {
		const {exitCode} = await engine.exec(id, ['psql', '-h', '127.0.0.1', '-U', 'app', '-c', 'select 1']);
		return exitCode === 0;
	}, 60_000);
	const sql =
		"create table rows (writer text, n int); insert into rows select 'before', n from generate_series(1, 5000) n";
	const made = await engine.exec(id, ['psql', '-U', 'app', '-v', 'ON_ERROR_STOP=1', '-c', sql]);
	expect(made.exitCode, made.stderr).toBe(0);
	return id;
}

/** A password that a URL has to encode. */
export const newPassword = (): string => `p+${randomBytes(9).toString('hex')}/=`;

/** Starts the project as `docker compose up` does, with these labels on everything. */
export async function composeUp(
	{engine}: Pick<Sandbox, 'engine'>,
	labels: Readonly<Record<string, string>>,
	password = newPassword(),
): Promise<ComposeProject> {
	const name = uniqueName('compose');
	const volume = `${name}_pgdata`;
	const port = await freePort();
	const ofProject = {...labels, 'com.docker.compose.project': name};
	const {name: network} = await makeNetwork(engine, ofProject, {name: `${name}_default`});
	await engine.createVolume(volume, ofProject);
	const common = (service: string) => ({
		name: `${name}-${service}-1`,
		labels: {...ofProject, 'com.docker.compose.service': service},
		attachments: [{network, aliases: [service]}],
		restart: {policy: 'no'} as const,
	});
	const db = await startDatabase({engine}, common('db'), {volume, password});
	const web = await engine.run({
		...common('web'),
		image: 'node:24-slim',
		env: {},
		command: ['node', '-e', oldServer],
		publish: {3000: {host: '127.0.0.1', port}},
	});
	const worker = await engine.run({
		...common('writer'),
		image: 'postgres:16-alpine',
		env: {DATABASE_URL: `postgres://app:${encodeURIComponent(password)}@db:5432/app`},
		entrypoint: ['sh', '-c'],
		command: [writer('old')],
	});
	for (const id of [db, web, worker]) await engine.setRestart(id, {policy: 'always'});
	return {name, password, volume, port, writerLabels: common('writer').labels};
}

/** What `docker compose down` does: removes the containers of the project, then its networks. */
export async function composeDown({engine}: Pick<Sandbox, 'engine'>, {name}: ComposeProject): Promise<void> {
	const {containers, networks} = await engine.observe({'com.docker.compose.project': name});
	for (const {id} of containers) await engine.remove(id);
	for (const {id} of networks) await engine.removeNetwork(id);
}

/** Runs SQL in the database of the environment. */
export async function query({engine, running}: Sandbox, text: string): Promise<string> {
	const {id} = await running('resource.db');
	const {stdout, stderr, exitCode} = await engine.exec(id, ['psql', '-U', 'app', '-XAtqc', text]);
	expect(exitCode, stderr).toBe(0);
	return stdout.trim();
}
