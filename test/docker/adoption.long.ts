import {setTimeout as pause} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {withSandbox, words} from './cli.ts';
import {
	type ComposeProject,
	composeDown,
	composeUp,
	describeAdopted,
	newPassword,
	query,
	startDatabase,
} from './compose-project.ts';
import {cleanUp, collect, idleSpec, makeNetwork, uniqueName, until} from './helpers.ts';
import {ask} from './router-lab.ts';
import {startLoad} from './router-load.ts';

const labels = {'compartment.test': uniqueName('adoption')};

describe('a Compose project', () => {
	const sandbox = withSandbox(describeAdopted);
	let old: ComposeProject;

	const isServing = async (): Promise<boolean> => {
		try {
			return (await sandbox.ask()).status === 200;
		} catch {
			return false;
		}
	};

	beforeAll(async () => {
		old = await composeUp(sandbox, labels);
	}, 120_000);
	afterAll(() => cleanUp(sandbox.engine, labels), 60_000);

	test('is adopted under load: no row and no request is lost, and its end touches nothing', async () => {
		const {engine, router} = sandbox;
		const oldRequests: {startedAt: number; result: string}[] = [];
		let isLoading = true;
		const asking = (async () => {
			while (isLoading) {
				const startedAt = performance.now();
				const result = await ask({...router, port: old.port}, {host: 'localhost', path: '/load', agent: false}).then(
					({body}) => body,
					String,
				);
				oldRequests.push({startedAt, result});
				await pause(3);
			}
		})();
		await pause(500);
		const adoption = sandbox.start(['adopt', '--compose', old.name, '--auto-approve', '--plain'], {limitMs: 240_000});
		while (!(await isServing()) && adoption.child.exitCode === null) await pause(10);
		const switchedAt = performance.now();
		const load = startLoad(router, sandbox.host(), {keepAlive: 2, fresh: 2, idling: 1});
		const {exitCode, stdout, stderr} = await adoption.ended;
		expect(exitCode, stdout + stderr).toBe(0);
		expect(stdout + stderr).not.toContain(old.password);
		expect(words(stdout)).toContain('@ resource.db will be adopted, recreated on its volumes');

		isLoading = false;
		await asking;
		const before = oldRequests.filter(({startedAt}) => startedAt < switchedAt);
		expect(before.length).toBeGreaterThan(50);
		expect(before.filter(({result}) => result !== 'old')).toEqual([]);

		const [oldWriter] = (await engine.observe(old.writerLabels)).containers;
		const log = (await collect(engine.logs(oldWriter!.id, {hasTerminal: false}))).flat().map(({text}) => text);
		const confirmed = log.filter(text => text.startsWith('confirmed '));
		expect(confirmed.length).toBeGreaterThan(10);
		const {containers: left} = await engine.observe({'com.docker.compose.project': old.name});
		expect(left.map(({state}) => state)).toEqual(['exited', 'exited', 'exited']);

		await composeDown(sandbox, old);
		await pause(500);
		await load.stop();
		expect(load.losses).toEqual([]);
		expect(load.samples.length).toBeGreaterThan(50);
		expect([...new Set(load.samples.map(({name}) => name))]).toEqual(['new']);

		expect(await query(sandbox, "select count(*), sum(n) from rows where writer = 'before'")).toBe('5000|12502500');
		const kept = new Set(
			(await query(sandbox, "select n from rows where writer = 'old'")).split('\n').map(n => `confirmed ${n}`),
		);
		expect(confirmed.filter(text => !kept.has(text))).toEqual([]);
		await until(async () => Number(await query(sandbox, "select count(*) from rows where writer = 'new'")) > 5);
		await sandbox.expectNoChanges();
		expect((await engine.findByName('volume', old.volume))?.labels).toMatchObject({
			'com.docker.compose.project': old.name,
		});
	}, 300_000);

	test('its data outlives the environment', async () => {
		await sandbox.succeed(['destroy', '--delete-data', '--auto-approve']);
		expect(await sandbox.engine.findByName('volume', old.volume)).toBeDefined();
		await sandbox.succeed(['deploy']);
		expect(await query(sandbox, "select count(*) from rows where writer = 'before'")).toBe('5000');
		await sandbox.succeed(['destroy', '--delete-external', 'db.data', '--auto-approve']);
		expect(await sandbox.engine.findByName('volume', old.volume)).toBeUndefined();
	}, 300_000);
});

describe('a container that matches', () => {
	const sandbox = withSandbox(opened =>
		opened.describe({
			services: {tidy: {kind: 'job', image: 'postgres:16-alpine', run: {command: 'true'}}},
			resources: {db: {preset: 'postgres'}},
		}),
	);
	const name = uniqueName('plain');
	const volume = `${name}-data`;
	afterAll(() => cleanUp(sandbox.engine, labels), 60_000);

	test('is adopted in place: open connections stay, and it is replaced as any other', async () => {
		const {engine} = sandbox;
		const network = await makeNetwork(engine, labels);
		await engine.createVolume(volume, labels);
		const id = await startDatabase(
			sandbox,
			{name, labels, attachments: [{network: network.name, aliases: ['db']}]},
			{volume, password: newPassword()},
		);
		const before = await engine.inspectContainer(id);
		const client = await engine.run(
			idleSpec(labels, {image: 'postgres:16-alpine', attachments: [{network: network.name}]}),
		);
		const waiting = 'select pg_sleep(8); select count(*) from rows';
		const session = engine.exec(client, ['psql', '-h', 'db', '-U', 'app', '-XAtqc', waiting], {
			env: {PGPASSWORD: (await engine.readConfiguration(id))!.env['POSTGRES_PASSWORD']!},
		});
		const stdout = await sandbox.succeed(['adopt', `${name}=db`, '--auto-approve', '--plain']);
		expect(words(stdout)).toContain('@ resource.db will be adopted in place: it matches and is not restarted');
		expect(await engine.inspectContainer(id)).toMatchObject({startedAt: before!.startedAt, restartCount: 0});
		expect((await session).stdout.trim()).toBe('5000');
		await sandbox.succeed(['apply', '--auto-approve', '--plain']);
		await sandbox.expectNoChanges();
		expect(await sandbox.succeed(['status'])).toMatch(/^db +healthy/m);

		await sandbox.succeed(['apply', '--replace', 'resource.db', '--auto-approve']);
		expect(await engine.inspectContainer(id)).toBeUndefined();
		expect(await query(sandbox, 'select count(*) from rows')).toBe('5000');
		await engine.remove(client);
		const left = words(await sandbox.succeed(['apply', '--auto-approve', '--plain']));
		expect(left).toContain(`it leaves network ${network.name}, in which nothing else runs any more`);
		await sandbox.expectNoChanges();
		await sandbox.succeed(['destroy', '--delete-data', '--auto-approve']);
		expect(await engine.findByName('volume', volume)).toBeDefined();
	}, 240_000);
});
