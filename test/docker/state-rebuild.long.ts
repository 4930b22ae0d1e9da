import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {resourceContainerName} from '../../source/model/names.ts';
import {keptStatesFolder, statesFolder} from '../../source/router/layout.ts';
import {readTables} from '../../source/router/router.ts';
import type {State} from '../../source/state/state.ts';
import {withSandbox, words} from './cli.ts';
import {publicService} from './cli-server.ts';
import {isLeftOut, isThroughSsh} from './local-engine-only.ts';

const secret = 'canary-9b1f/with+odd=chars&more';

const describeShop = (greeting: string) =>
	sandbox.describe({
		services: {
			web: publicService('web', {
				// As the image has it already.
				env: {GREETING: greeting, PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'},
				secretFiles: {TOKEN: '/run/token'},
				volumes: {uploads: '/uploads'},
				connections: {db: {env: {DATABASE_URL: 'connection-url'}}},
			}),
			api: {path: './services/api', kind: 'api', readiness: {type: 'http', path: '/healthz'}},
			mail: {
				kind: 'worker',
				image: 'postgres:16-alpine',
				env: {GREETING: greeting},
				run: {command: 'sleep 1d'},
				connections: {db: {env: {DATABASE_URL: 'connection-url'}}},
			},
			report: {kind: 'job', image: 'node:24-slim', run: {command: 'echo report'}},
			nightly: {kind: 'cron', schedule: {cron: '0 2 * * *'}, path: './services/nightly'},
		},
		resources: {db: {preset: 'postgres'}},
	});

const sandbox = withSandbox(async box => {
	box.addService('web');
	box.addService('api');
	box.addService('nightly', 'v1 done');
});

async function sql(text: string): Promise<string> {
	const container = resourceContainerName(sandbox.project, 'production', 'db');
	const psql = ['psql', '-XAtq', '-h', '/run/postgresql', '-U', 'app', 'app', '-c', text];
	const {exitCode, stdout, stderr} = await sandbox.engine.exec(container, psql);
	expect(exitCode, stderr).toBe(0);
	return stdout.trim();
}

const containers = async () =>
	(await sandbox.observe()).containers.map(({id, name, state}) => [name, id, state]).sort();

/** Deletes the state, on another machine's engine also there. */
async function lose(): Promise<void> {
	rmSync(join(sandbox.folder, '.compartment'), {recursive: true});
	if (!isThroughSsh()) return;
	const remove = ['sh', '-c', `rm -rf ${statesFolder} ${keptStatesFolder}`];
	expect(await sandbox.engine.exec(sandbox.router.name, remove, {user: '0'})).toMatchObject({exitCode: 0});
}

/** What has to be the same again. */
const substance = ({networks, routes, active, images, resources, engine, lineage}: State) => ({
	networks,
	routes,
	engine,
	lineage,
	services: Object.keys(active).sort(),
	images: Object.entries(images).map(([name, {key, imageId, reference}]) => [name, key, imageId, reference]),
	specs: Object.values(resources).map(({spec, restart, readiness, status}) => ({spec, restart, readiness, status})),
});

test('a deleted state is rebuilt, and nothing that runs is touched', {timeout: 300_000}, async () => {
	describeShop('hello');
	await sandbox.succeed(['variable', 'set', 'TOKEN', '--service', 'web', '--sensitive', '--stdin'], {input: secret});
	await sandbox.succeed(['variable', 'set', 'REGION', 'eu', '--plain']);
	await sandbox.succeed(['deploy']);
	describeShop('hello again');
	await sandbox.succeed(['deploy']);
	await sql('CREATE TABLE notes (text text); INSERT INTO notes SELECT i::text FROM generate_series(1, 1000) i');
	await sandbox.expectNoChanges();
	const [before, ran] = [sandbox.state(), await containers()];

	await lose();
	const refusal = await sandbox.run(['plan']);
	expect(refusal.stderr).toContain('compartment state rebuild');
	const {stdout} = await sandbox.run(['state', 'rebuild', '--auto-approve']);
	expect(words(stdout)).toContain('POSTGRES_PASSWORD');
	expect(stdout).not.toContain(secret);
	await sandbox.expectNoChanges();
	expect(await containers()).toEqual(ran);
	expect(substance(sandbox.state())).toEqual(substance(before));
	expect(await sql('SELECT count(*) FROM notes')).toBe('1000');

	const shown = ['variable', 'show', 'TOKEN', '--service', 'web', '--json'];
	expect(JSON.stringify(await sandbox.succeed(shown))).not.toContain(secret);
	describeShop('a third time');
	sandbox.setVersion('web', 'v2');
	await sandbox.succeed(['deploy']);
	expect((await sandbox.ask()).body).toBe('web v2');
	const {id} = await sandbox.running('service.web');
	const read = await sandbox.engine.exec(id, ['cat', '/run/token']);
	expect(read.stdout).toBe(secret);
	expect(await sql('SELECT count(*) FROM notes')).toBe('1000');
	await sandbox.expectNoChanges();
});

test('a password that was rotated is found in the services that use it', {timeout: 300_000}, async () => {
	await sandbox.succeed(['resource', 'rotate', 'db', '--auto-approve']);
	const ran = await containers();
	await lose();
	expect(words(await sandbox.succeed(['state', 'rebuild', '--auto-approve']))).toContain(
		'resource.db POSTGRES_PASSWORD',
	);
	await sandbox.expectNoChanges();
	expect(await containers()).toEqual(ran);
	describeShop('with the password of the rebuilt state');
	await sandbox.succeed(['deploy']);
	const {id} = await sandbox.running('service.mail');
	const login = ['sh', '-c', 'psql "$DATABASE_URL" -XAtq -c "SELECT count(*) FROM notes"'];
	expect(await sandbox.engine.exec(id, login)).toMatchObject({exitCode: 0, stdout: '1000\n'});
});

test.skipIf(isLeftOut('state-rebuild: killed')).each(['state.before-rename', 'state.after-sync'])(
	'what is killed at %s is finished by the next command, or can be repeated',
	{timeout: 120_000},
	async point => {
		const ran = await containers();
		await lose();
		const rebuild = ['state', 'rebuild', '--auto-approve'];
		const killed = await sandbox.run(rebuild, {env: {COMPARTMENT_FAILPOINT: point}});
		expect(killed.signal).toBe('SIGKILL');
		if (point === 'state.before-rename') await sandbox.succeed(rebuild);
		await sandbox.succeed(['deploy']);
		await sandbox.expectNoChanges();
		expect(await containers()).toEqual(ran);
		expect(sandbox.state().access).toMatchObject({headerHash: expect.any(String)});
		expect(sandbox.state().access).not.toHaveProperty('isRotating');
		const tables = await readTables(sandbox.engine, sandbox.router);
		expect(tables.map(({accessHash}) => accessHash)).toEqual([sandbox.state().access!.headerHash]);
	},
);

test('certificates come back from the router with their keys', {timeout: 120_000}, async () => {
	await sandbox.succeed(['domain', 'add', sandbox.host()]);
	await sandbox.succeed(['apply', '--auto-approve']);
	await sandbox.expectNoChanges();
	const fingerprints = () =>
		Object.entries(sandbox.state().certificates ?? {}).map(([host, {fingerprint, source}]) => [
			host,
			fingerprint,
			source,
		]);
	const before = fingerprints();
	expect(before).toHaveLength(1);
	await lose();
	await sandbox.succeed(['state', 'rebuild', '--auto-approve']);
	expect(fingerprints()).toEqual(before);
	await sandbox.expectNoChanges();
	// Its key is needed to install it in a new router. On another machine, that would lose the state once more.
	if (isThroughSsh()) return;
	await sandbox.engine.remove((await sandbox.engine.findByName('container', sandbox.router.name))!.id);
	await sandbox.succeed(['apply', '--auto-approve']);
	await sandbox.expectNoChanges();
});
