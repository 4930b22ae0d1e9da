import {readFileSync, statSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {beforeAll, describe, expect, test} from 'vitest';
import {eachLine} from '../../source/engine/each-line.ts';
import {resourceContainerName} from '../../source/model/names.ts';
import type {Backup} from '../../source/state/backup.ts';
import {containersAt, expectError, filesBelow, withSandbox, words} from './cli.ts';
import {databaseClient, expectLogin, expectRotationSurvives} from './database-client.ts';

const sandbox = withSandbox();
const {stringify} = JSON;

const describeShop = (parts: Readonly<Record<string, unknown>> = {}) =>
	sandbox.describe({
		services: {
			idle: {
				image: 'node:24-slim',
				kind: 'worker',
				run: {command: 'sleep 1d'},
				connections: {db: {env: {DATABASE_URL: 'connection-url'}}},
			},
		},
		resources: {db: {preset: 'postgres'}},
		...parts,
	});

const place = ['-h', '/run/postgresql', '-U', 'app'];

/** Runs one of PostgreSQL's programs in a resource's container and returns its output. */
async function runIn(resource: string, program: readonly string[]): Promise<string> {
	const container = resourceContainerName(sandbox.project, 'production', resource);
	const {exitCode, stdout, stderr} = await sandbox.engine.exec(container, [...program]);
	expect(exitCode, stderr).toBe(0);
	return stdout.trim();
}

/** Runs SQL and returns the result, one row per line. */
const sql = (text: string, resource = 'db') =>
	runIn(resource, ['psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', ...place, 'app', '-c', text]);

const pgbench = (...args: string[]) => runIn('db', ['pgbench', ...place, ...args, 'app']);

/** Checksums of all tables, and everything else that a dump must restore. */
async function checksums(resource?: string): Promise<string> {
	const tables = await sql(
		"SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1",
		resource,
	);
	const queries = tables
		.split('\n')
		.map(name => `SELECT '${name}', count(*), md5(string_agg(t::text, ';' ORDER BY t::text)) FROM ${name} t`);
	return sql(
		[
			...queries,
			"SELECT 'next id', 0, last_value::text FROM notes_id_seq",
			"SELECT 'constraints', count(*), md5(string_agg(conname, ';' ORDER BY conname)) FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
			"SELECT 'relations', count(*), md5(string_agg(relname, ';' ORDER BY relname)) FROM pg_class WHERE relnamespace = 'public'::regnamespace",
		].join(' UNION ALL '),
		resource,
	);
}

/** Objects in addition to pgbench's tables, of kinds that those lack. */
const fill = `
	CREATE TABLE notes (id serial PRIMARY KEY, account int REFERENCES pgbench_accounts, at timestamptz DEFAULT now(), note jsonb);
	INSERT INTO notes (account, note) SELECT i, jsonb_build_object('text', E'quote '' tab \\t ü 漢') FROM generate_series(1, 5000) i;
	CREATE VIEW rich AS SELECT * FROM pgbench_accounts WHERE abalance > 100`;

const spoil = `
	UPDATE pgbench_accounts SET abalance = 0 WHERE aid % 2 = 0;
	DELETE FROM notes WHERE id > 100;
	DROP VIEW rich;
	TRUNCATE pgbench_history;
	CREATE TABLE younger (id int REFERENCES pgbench_accounts)`;

const json = async (args: readonly string[]) =>
	JSON.parse(await sandbox.succeed([...args, '--json'])) as Record<string, unknown>;
const backupOf = (document: Record<string, unknown>) => document['backup'] as Backup;
const restore = (id: string, ...more: string[]) => ['resource', 'backup', 'restore', '--backup', id, ...more];

/** A checksum of the accounts only. */
const balances = 'SELECT md5(string_agg(t::text, $$;$$ ORDER BY aid)) FROM pgbench_accounts t';

describe('a PostgreSQL with 100,000 rows', () => {
	let before = '';
	let id = '';

	beforeAll(async () => {
		describeShop();
		await sandbox.succeed(['deploy'], {});
		await pgbench('--initialize', '--scale=1', '--foreign-keys', '--quiet');
		expect(await pgbench('--client=4', '--transactions=500')).toContain(
			'number of transactions actually processed: 2000/2000',
		);
		await sql(fill);
		before = await checksums();
		expect(before).toMatch(/^pgbench_accounts\|100000\|[0-9a-f]{32}$/m);
		expect(before).toMatch(/^pgbench_history\|2000\|[0-9a-f]{32}$/m);
	}, 180_000);

	test('can be listed, inspected and queried', async () => {
		const host = `db.production.${sandbox.project}.resource.internal`;
		expect(await sandbox.succeed(['resource', 'list'])).toBe(`db\thealthy\t${host}\n`);
		expect(await sandbox.succeed(['resource', 'inspect', '--resource', 'db'])).toBe(
			`db healthy\nhost: ${host}\nimage: postgres:16-alpine\nports: 5432\n`,
		);
		const {resource} = await json(['resource', 'inspect', '--resource', 'db']);
		expect(resource).toMatchObject({
			...{hostname: host, status: 'running', restartPolicy: 'unless-stopped', ports: [5432]},
			readiness: {port: 5432, timeoutMs: 60_000, type: 'tcp'},
			volumes: [{name: 'data', mountPath: '/var/lib/postgresql/data'}],
		});
		expect(stringify(resource)).toContain('{"keyName":"POSTGRES_PASSWORD","sourceType":"literal","variableName":null}');
		expect(await sandbox.succeed(['resource', 'logs', '--resource', 'db', '--tail', '50'])).toContain(
			'ready to accept connections',
		);
		const logs = ['resource', 'logs', '--resource', 'db', '--json'];
		const {lines} = (await json(logs.slice(0, -1))) as {lines: {message: string; timestamp: string; stream: string}[]};
		const middle = lines[Math.floor(lines.length / 2)]!.timestamp;
		const later = (await json([...logs.slice(0, -1), '--since', middle])) as {lines: typeof lines};
		expect(later.lines.length).toBeGreaterThan(0);
		expect(later.lines).toEqual(lines.filter(({timestamp}) => timestamp >= middle));
		expect((await json([...logs.slice(0, -1), '--since', '1h'])) as unknown).toMatchObject({lines});
		expectError(await sandbox.run([...logs, '--since', 'yesterday']), '--since must be a time such as');
		for (const tail of ['0', '501', 'all'])
			expectError(
				await sandbox.run(['resource', 'logs', '--resource', 'db', '--tail', tail]),
				'--tail must be a positive integer up to 500.',
			);
	});

	test('hides its sensitive outputs, and audits who revealed one', async () => {
		const outputs = await sandbox.succeed(['resource', 'output', 'list', '--resource', 'db']);
		expect(outputs.split('\n')).toEqual([
			'connection-url\tsensitive\t<hidden>',
			'database\tplain\tapp',
			`host\tplain\tdb.production.${sandbox.project}.resource.internal`,
			'port\tplain\t5432',
			'',
		]);
		const show = ['resource', 'output', 'show', 'connection-url', '--resource', 'db'];
		expect(await sandbox.succeed(show)).toBe('connection-url\tsensitive\t<hidden>\n');
		const audit = () => readFileSync(join(sandbox.folder, '.compartment/production/audit.ndjson'), 'utf8');
		expect(audit()).not.toContain('resource.output.revealed');
		const url = /postgres:\/\/app:[0-9a-f]{48}@db\.production\.\S+:5432\/app/;
		expect(await sandbox.succeed([...show, '--reveal'])).toMatch(url);
		expect(audit()).toContain('resource.output.revealed');
		expect(audit()).not.toMatch(url);
		expectError(
			await sandbox.run(['resource', 'output', 'show', 'none', '--resource', 'db']),
			'Resource output "none" is not declared on resource "db".',
		);
	});

	test('can be backed up', async () => {
		const backup = backupOf(await json(['resource', 'backup', 'create', '--resource', 'db']));
		id = backup.id;
		expect(id).toMatch(/^rbak_/);
		expect(backup).toMatchObject({resource: 'db', purpose: 'manual', status: 'succeeded', failureSummary: null});
		expect(backup.size).toBeGreaterThan(4_000_000);
		const location = backup.artifactLocation!;
		expect(filesBelow(location)).toEqual([join(location, 'postgres.sql')]);
		expect((statSync(location).mode & 0o777).toString(8)).toBe('700');
		for (const file of filesBelow(dirname(location))) expect((statSync(file).mode & 0o777).toString(8)).toBe('600');

		const shown = backupOf(await json(['resource', 'backup', 'show', '--backup', id]));
		const manifest = readFileSync(join(location, '../manifest.json'), 'utf8');
		expect(shown.manifest).toEqual(JSON.parse(manifest));
		expect(shown.manifest).toMatchObject({
			...{backupId: id, resource: 'db', resourceImage: 'postgres:16-alpine', operationImage: 'postgres:16-alpine'},
			...{
				volumes: ['data'],
				checksum: backup.checksum,
				size: backup.size,
				environment: 'production',
				status: 'succeeded',
			},
		});
		const password = /postgres:\/\/app:([0-9a-f]{48})@/.exec(
			await sandbox.succeed(['resource', 'output', 'show', 'connection-url', '--resource', 'db', '--reveal']),
		)![1]!;
		expect(manifest).not.toContain(password);
		expect(stringify(sandbox.state().backups)).not.toContain(password);

		expect((await sandbox.succeed(['resource', 'backup', 'list', '--resource', 'db'])).split('\n')).toEqual([
			'scheduled backup\tdaily\tlast run never\tcleaned 0',
			`${id}\tsucceeded\tmanual\t${backup.createdAt}`,
			'',
		]);
	});

	test('is not restored without confirmation', async () => {
		const serial = sandbox.state().serial;
		expectError(await sandbox.run(restore(id, '--resource', 'db')), 'Resource restore requires confirmation.');
		expectError(
			await sandbox.run(restore(id, '--resource', 'db', '--as', 'copy')),
			'Resource backup restore cannot use --resource with --as.',
		);
		expectError(await sandbox.run(restore(id)), 'Resource restore requires --resource unless --as is provided.');
		expectError(
			await sandbox.run(restore('rbak_missing', '--resource', 'db', '--yes')),
			'The requested resource backup was not found.',
		);
		expectError(
			await sandbox.run(['resource', 'backup', 'show', '--backup', 'rbak_missing']),
			'The requested resource backup was not found.',
		);
		expectError(await sandbox.run(restore(id, '--resource', 'none', '--yes')), 'The requested resource was not found.');
		expect(sandbox.state().serial).toBe(serial);
	});

	test('is restored in place after a backup of its current data', async () => {
		await sql(spoil);
		const spoilt = await sql(balances);
		const {preRestoreBackup, restoredBackup, success, resource} = await json(restore(id, '--resource', 'db', '--yes'));
		expect(await checksums()).toBe(before);
		expect({success, resource}).toMatchObject({success: true, resource: {name: 'db', status: 'running'}});
		expect(restoredBackup).toMatchObject({id});
		expect(preRestoreBackup).toMatchObject({purpose: 'pre_restore', status: 'succeeded'});
		await sandbox.expectNoChanges();

		// Restoring the pre-restore backup works too.
		const text = await sandbox.succeed(restore((preRestoreBackup as Backup).id, '--resource', 'db', '--yes'));
		expect(text).toMatch(/^Resource db restored from backup rbak_\w+\. Pre-restore backup: rbak_\w+\.\n$/);
		expect(await sql(balances)).toBe(spoilt);
		await sandbox.succeed(restore(id, '--resource', 'db', '--yes'));
		expect(await checksums()).toBe(before);
	}, 180_000);

	test('can be verified, and the verification leaves nothing behind', async () => {
		const text = await sandbox.succeed(['resource', 'backup', 'verify', '--backup', id]);
		expect(text).toMatch(`Backup ${id} of resource db was restored and is good`);
		const observed = await sandbox.observe();
		expect(observed.containers.filter(({name}) => name.includes('rbak_'))).toEqual([]);
		expect(observed.volumes.filter(({name}) => name.includes('rbak_'))).toEqual([]);
		const {verification} = backupOf(await json(['resource', 'backup', 'show', '--backup', id]));
		expect(verification).toMatchObject({status: 'succeeded', failureSummary: null});
		await sandbox.expectNoChanges();
	}, 120_000);

	test('can be restored into a new resource, which the next deploy asks about', async () => {
		expectError(await sandbox.run(restore(id, '--as', 'db')), 'Resource db already exists.');
		expectError(
			await sandbox.run(restore(id, '--as', 'idle')),
			'Resource name idle must not collide with a service name.',
		);
		expectError(await sandbox.run(restore(id, '--as', 'No Name')), 'Resource name "No Name" is invalid.');
		const text = await sandbox.succeed(restore(id, '--as', 'db-copy'));
		expect(text).toBe(`Resource db-copy restored from backup ${id}.\n`);
		expect(await checksums('db-copy')).toBe(before);
		expect(await sandbox.succeed(['resource', 'list'])).toContain(
			`db-copy\thealthy\tdb-copy.production.${sandbox.project}.resource.internal`,
		);
		const url = (resource: string) =>
			sandbox.succeed(['resource', 'output', 'show', 'connection-url', '--resource', resource, '--reveal']);
		expect(await url('db-copy')).toBe((await url('db')).replace('@db.', '@db-copy.'));

		const plan = await sandbox.run(['plan', '--detailed-exitcode']);
		expect(words(plan.stdout)).toContain(
			'Resource db-copy exists but is not declared in compartment.yml. Run compartment resource delete before removing it from YAML.',
		);
		describeShop({resources: {db: {preset: 'postgres'}, 'db-copy': {preset: 'postgres'}}});
		await sandbox.expectNoChanges();
		describeShop();
		// Outside a terminal the flag confirms.
		expect(await json(['resource', 'delete', '--resource', 'db-copy', '--delete-data'])).toEqual({
			retainedVolumes: [],
			success: true,
		});
		expect((await sandbox.observe()).volumes.filter(({name}) => name.includes('db-copy'))).toEqual([]);
		await sandbox.expectNoChanges();
	}, 120_000);

	test('is backed up consistently while transactions run', async () => {
		const container = resourceContainerName(sandbox.project, 'production', 'db');
		const load = ['pgbench', ...place, '--client=2', '--transactions=100000000', '--no-vacuum', 'app'];
		const work = sandbox.engine.exec(container, load);
		const count = async () => Number(await sql('SELECT count(*) FROM pgbench_history'));
		await expect.poll(count, {timeout: 30_000}).toBeGreaterThan(2100);
		const backup = backupOf(await json(['resource', 'backup', 'create', '--resource', 'db']));
		const end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'pgbench'";
		expect(await sql(end)).toBe('2');
		await work;
		await sandbox.succeed(restore(backup.id, '--as', 'db-busy'));
		const sums = await sql(
			'SELECT (SELECT sum(abalance) FROM pgbench_accounts) - sum(delta), (SELECT sum(tbalance) FROM pgbench_tellers) - sum(delta), (SELECT sum(bbalance) FROM pgbench_branches) - sum(delta), count(*) FROM pgbench_history',
			'db-busy',
		);
		expect(sums).toMatch(/^0\|0\|0\|\d+$/);
		const made = Number(sums.split('|')[3]);
		expect(made).toBeGreaterThan(2100);
		expect(made).toBeLessThan(await count());
		await sandbox.succeed(['resource', 'delete', '--resource', 'db-busy', '--delete-data', '--yes']);
		await sandbox.succeed(restore(id, '--resource', 'db', '--yes'));
		expect(await checksums()).toBe(before);
	}, 180_000);

	test('is backed up by its schedule once a day', async () => {
		const text = await sandbox.succeed(['resource', 'backup', 'run-due']);
		expect(text).toMatch(/^Backup rbak_\w+ succeeded for resource db\.\n$/);
		expect(await sandbox.succeed(['resource', 'backup', 'run-due'])).toBe('No backup is due.\n');
		const {scheduledOperation, backups} = await json(['resource', 'backup', 'list', '--resource', 'db']);
		const [newest] = backups as Backup[];
		expect(newest).toMatchObject({purpose: 'scheduled', status: 'succeeded'});
		expect(scheduledOperation).toEqual({
			...{schedule: {interval: 'daily'}, retention: {maxAgeDays: 7}, cleanedCount: 0, lastCleanupAt: null},
			...{lastRunAt: newest!.createdAt, lastStatus: 'succeeded'},
		});
	});

	test('stops and starts with its data', async () => {
		expect(await sandbox.succeed(['resource', 'stop', '--resource', 'db'])).toMatch(/^db stopped\n/);
		for (const args of [['stop'], ['logs'], ['backup', 'create']])
			expectError(await sandbox.run(['resource', ...args, '--resource', 'db']), 'Resource db is not running.');
		expectError(await sandbox.run(restore(id, '--resource', 'db', '--yes')), 'Resource db is not running.');
		expect(await sandbox.succeed(['resource', 'start', '--resource', 'db'])).toMatch(/^db healthy\n/);
		expect(await checksums()).toBe(before);
		await sandbox.expectNoChanges();
	});

	test('can be deleted without its data, which the next deploy uses again', async () => {
		expect(await sandbox.succeed(['resource', 'delete', '--resource', 'db'])).toBe(
			'Resource deleted. Retained volumes: data.\n',
		);
		expect(containersAt(await sandbox.observe(), 'resource.db')).toEqual([]);
		expectError(
			await sandbox.run(restore(id, '--as', 'db')),
			'The deleted resource db left data volumes, which a restore would overwrite.',
		);
		await sandbox.succeed(['deploy']);
		expect(await checksums()).toBe(before);
		await sandbox.expectNoChanges();
	}, 120_000);

	test('can be deleted with its data and restored from its backup', async () => {
		const password = () => sandbox.state().variables.find(({key}) => key === 'POSTGRES_PASSWORD')?.revision;
		const previous = password();
		expect(previous).toBeDefined();
		expect(await sandbox.succeed(['resource', 'delete', '--resource', 'db', '--delete-data', '--yes'])).toBe(
			'Resource deleted.\n',
		);
		expect(password()).toBeUndefined();
		expect((await sandbox.observe()).volumes.filter(({name}) => name.includes('resource.db'))).toEqual([]);
		expect(await sandbox.succeed(['resource', 'backup', 'list', '--resource', 'db'])).toContain(id);

		expect(await sandbox.succeed(restore(id, '--as', 'db'))).toBe(`Resource db restored from backup ${id}.\n`);
		expect(await checksums()).toBe(before);
		expect(password()).not.toBe(previous);
		// The service still has the previous password.
		await sandbox.succeed(['deploy']);
		await sandbox.expectNoChanges();
		expect(await checksums()).toBe(before);
		expectError(
			await sandbox.run(restore(id, '--resource', 'db', '--yes')),
			`Backup ${id} is not compatible with resource db.`,
		);
	}, 180_000);
});

describe('the password of a PostgreSQL', () => {
	const shop = withSandbox(async ({describe: write, succeed}) => {
		write({services: {web: databaseClient}, resources: {db: {preset: 'postgres'}}});
		await succeed(['deploy']);
	});
	const password = async (): Promise<string> =>
		/:\/\/app:(.+)@/.exec(
			await shop.succeed(['resource', 'output', 'show', 'connection-url', '--resource', 'db', '--reveal']),
		)![1]!;
	const logs = async (id: string): Promise<string> => {
		const lines: string[] = [];
		for await (const {text} of eachLine(shop.engine.logs(id, {}))) lines.push(text);
		return lines.join('\n');
	};

	test('cannot be changed by a variable, and nothing is touched', async () => {
		const {id} = await shop.running('resource.db');
		const set = ['variable', 'set', 'POSTGRES_PASSWORD', '--sensitive', '--stdin', '--resource', 'db'];
		await shop.succeed(set, {input: 'mine'});
		const deploy = await shop.run(['deploy']);
		expect(words(deploy.stdout)).toContain(
			'POSTGRES_PASSWORD of resource db was changed, but PostgreSQL reads it only when it initialises an empty volume, and this volume has data.',
		);
		expectError(deploy, 'compartment resource rotate db');
		expect((await shop.running('resource.db')).id).toBe(id);
		expectError(await shop.run(['restart', '--auto-approve']), 'compartment resource rotate db');
		await expectLogin(shop);
		// The rotation sets the database's password to the variable's value.
		await shop.succeed(['resource', 'rotate', 'db', '--auto-approve']);
		expect(await password()).toBe('mine');
		await expectLogin(shop);
		await shop.expectNoChanges();
	}, 120_000);

	test('is rotated without a failed login of a connected service', async () => {
		const before = await password();
		const database = (await shop.running('resource.db')).id;
		const old = (await shop.running('service.web')).id;
		const plan = await shop.run(['resource', 'rotate', 'db']);
		expect(words(plan.stdout)).toContain('~ resource.db will be updated in place: POSTGRES_PASSWORD rotated');
		expect(words(plan.stdout)).toContain('+/- service.web will be replaced, new one first: it logs in to db');
		expectError(plan, 'compartment resource rotate db --auto-approve');
		const failures = (await logs(database)).split('FATAL').length;
		const said = await shop.succeed(['resource', 'rotate', 'db', '--auto-approve']);
		const after = await password();
		expect(after).toMatch(/^[0-9a-f]{48}$/);
		expect((await shop.running('resource.db')).id).toBe(database);
		expect((await shop.running('service.web')).id).not.toBe(old);
		expect(await logs(database)).not.toMatch(new RegExp(`${before}|${after}`));
		expect((await logs(database)).split('FATAL').length).toBe(failures);
		for (const id of [old, (await shop.running('service.web')).id])
			expect((await logs(id)).split('connection lost').length - 1).toBeLessThanOrEqual(1);
		for (const file of filesBelow(join(shop.folder, '.compartment')))
			expect(readFileSync(file, 'utf8'), file).not.toContain(after);
		expect(said).not.toContain(after);
		await expectLogin(shop);
		await shop.expectNoChanges();
		const created = await shop.succeed(['resource', 'backup', 'create', '--resource', 'db', '--json']);
		expect(backupOf(JSON.parse(created)).status).toBe('succeeded');
	}, 120_000);

	// `npm run crash` kills it at each of its points.
	test(
		'still works after a rotation is killed between the database and its services',
		() => expectRotationSurvives(shop, 'apply.after-rotate'),
		120_000,
	);
});
