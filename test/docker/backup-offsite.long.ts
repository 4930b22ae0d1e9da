import {copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {resourceContainerName} from '../../source/model/names.ts';
import type {Backup} from '../../source/state/backup.ts';
import {type S3Server, startS3} from '../support/s3-server.ts';
import {backupsFolder, kept} from './backup-store.ts';
import {expectError, withSandbox} from './cli.ts';
import {isLeftOut} from './local-engine-only.ts';

const sandbox = withSandbox();
let server: S3Server;
beforeAll(async () => {
	server = await startS3();
}, 300_000);
afterAll(() => server?.stop());

const canary = 'canary-7f3a91c2';
const files = {
	resources: {db: {preset: 'postgres'}},
	services: {idle: {image: 'node:24-slim', kind: 'worker', run: {command: 'sleep 1d'}}},
};

const sql = async (text: string, resource = 'db'): Promise<string> => {
	const container = resourceContainerName(sandbox.project, 'production', resource);
	const program = ['psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-h', '/run/postgresql', '-U', 'app', 'app', '-c', text];
	const {exitCode, stdout, stderr} = await sandbox.engine.exec(container, program);
	expect(exitCode, stderr).toBe(0);
	return stdout.trim();
};

const rows = (resource?: string) =>
	sql("SELECT count(*), md5(string_agg(t::text, ';' ORDER BY id)) FROM notes t", resource);

const json = async (args: readonly string[]) => JSON.parse(await sandbox.succeed([...args, '--json']));

const addStore = () =>
	sandbox.succeed(
		[
			...['backup', 'store', 'add', 'offsite', `s3://${server.bucket}/team/a`, '--endpoint', server.endpoint],
			...['--access-key', server.key.accessKeyId, '--stdin'],
		],
		{input: `${server.key.secretAccessKey}\n`},
	);

const create = ['resource', 'backup', 'create', '--resource', 'db', '--store', 'offsite'];
const restore = (id: string, ...more: string[]) => [
	'resource',
	'backup',
	'restore',
	'--backup',
	id,
	'--store',
	'offsite',
	...more,
];
const list = ['resource', 'backup', 'list', '--store', 'offsite'];

const expectSealed = async () => {
	const stored = await server.objects();
	expect(stored.size).toBeGreaterThan(0);
	for (const [key, content] of stored) {
		expect(key).toMatch(/^team\/a\/[\w-]+\/production\/[0-9a-f-]{36}\/db\/rbak_\w+\.(tar\.gz|json)\.age$/);
		expect(content.subarray(0, 21).toString()).toBe('age-encryption.org/v1');
		for (const text of [canary, 'pg_dump', sandbox.project, 'notes']) expect(content.includes(text)).toBe(false);
		expect(() => gunzipSync(content)).toThrow();
	}
};

describe('a PostgreSQL with a store', () => {
	let before = '';
	let id = '';

	beforeAll(async () => {
		sandbox.describe(files);
		await sandbox.succeed(['deploy']);
		await sql(`CREATE TABLE notes (id serial PRIMARY KEY, note text);
			INSERT INTO notes (note) SELECT '${canary} ' || md5(i::text) FROM generate_series(1, 5000) i`);
		before = await rows();
		expect(before).toMatch(/^5000\|/);
	}, 180_000);

	test('adds it only if it can be used, and shows its secret nowhere', async () => {
		const wrong = await sandbox.run(
			[
				...['backup', 'store', 'add', 'offsite', `s3://${server.bucket}/team/a`, '--endpoint', server.endpoint],
				...['--access-key', server.key.accessKeyId, '--stdin'],
			],
			{input: 'wrong'},
		);
		expectError(wrong, 'Backup store offsite denies access: write team/a/compartment-check/');
		expect(wrong.stderr).toContain('SignatureDoesNotMatch');
		expect(await sandbox.succeed(['backup', 'store', 'list'])).toBe('No stores of backups.\n');
		expectError(await sandbox.run(create), 'There is no backup store "offsite" in the settings of this machine');
		expect(kept(sandbox)).toEqual([]);

		mkdirSync(join(sandbox.folder, '../.aws'));
		const {accessKeyId, secretAccessKey} = server.key;
		const profile = `[backups]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
		writeFileSync(join(sandbox.folder, '../.aws/credentials'), profile, {mode: 0o600});
		const place = [`s3://${server.bucket}/team/a`, '--endpoint', server.endpoint, '--profile', 'backups'];
		await sandbox.succeed(['backup', 'store', 'add', 'shared', ...place]);
		await sandbox.succeed(['backup', 'store', 'remove', 'shared']);

		expect(await addStore()).toBe(`Added store offsite: s3://${server.bucket}/team/a\n`);
		expect(await server.objects()).toEqual(new Map());
		expect(await sandbox.succeed(['backup', 'store', 'list'])).toBe(`offsite\ts3://${server.bucket}/team/a\n`);
		const texts = [
			await sandbox.succeed(['backup', 'store', 'show', 'offsite']),
			await sandbox.succeed(['backup', 'store', 'show', 'offsite', '--json']),
			await sandbox.succeed(['backup', 'store', 'list', '--json']),
			await sandbox.succeed(['settings', 'list']),
			await sandbox.succeed(['settings', 'get', 'backupStores', '--json']),
		];
		expect(texts[0]).toContain('Usable:     yes');
		for (const text of texts) {
			expect(text).toContain('offsite');
			expect(text).not.toContain(server.key.secretAccessKey);
		}
	});

	test('is stored sealed', async () => {
		const backup = (await json(create)).backup as Backup;
		id = backup.id;
		expect(backup.copies).toEqual([
			{
				store: 'offsite',
				status: 'stored',
				at: expect.any(String),
				size: expect.any(Number),
				failureSummary: null,
				attempts: 1,
			},
		]);
		expect(await sandbox.succeed(['resource', 'backup', 'list', '--resource', 'db'])).toContain(
			`${id}\tsucceeded\tmanual\t${backup.createdAt}\tstored in offsite\n`,
		);
		expect(await sandbox.succeed(list)).toBe(`${id}\tdb\tmanual\t${backup.createdAt}\t${backup.copies![0]!.size}\n`);
		expect(await sandbox.succeed(['resource', 'backup', 'show', '--backup', id])).toMatch(
			/^Store: +offsite: stored at /m,
		);
		expect(readFileSync(join(backup.artifactLocation!, 'postgres.sql'), 'utf8')).toContain(canary);
		await expectSealed();
		await sandbox.expectNoChanges();
	});

	test('is restored when the files on this machine are gone', async () => {
		rmSync(backupsFolder(sandbox), {recursive: true});
		await sql('DELETE FROM notes WHERE id > 10; CREATE TABLE younger (id int)');
		expectError(
			await sandbox.run(['resource', 'backup', 'restore', '--resource', 'db', '--backup', id, '--yes']),
			`The files of backup ${id} are gone`,
		);
		await sandbox.succeed(restore(id, '--resource', 'db', '--yes'));
		expect(await rows()).toBe(before);
		expect(await sql("SELECT count(*) FROM pg_class WHERE relname = 'younger'")).toBe('0');
		expect(kept(sandbox)).toContain(id);
		expect(kept(sandbox).filter(name => name.startsWith('fetching'))).toEqual([]);
		await sandbox.succeed(restore(id, '--as', 'db-copy'));
		expect(await rows('db-copy')).toBe(before);
		await sandbox.succeed(['resource', 'delete', '--resource', 'db-copy', '--delete-data', '--yes']);
		await sandbox.expectNoChanges();
	}, 180_000);

	test('is verified from the store, and damage there is found', async () => {
		const verify = ['resource', 'backup', 'verify', '--backup', id, '--store', 'offsite'];
		expect(await sandbox.succeed(verify)).toContain(`Backup ${id} of resource db was restored and is good`);
		const key = [...(await server.objects()).keys()].find(each => each.endsWith(`${id}.tar.gz.age`))!;
		const good = (await server.objects()).get(key)!;
		const bad = Buffer.from(good);
		bad[good.length - 100]! ^= 1;
		for (const damaged of [bad, good.subarray(0, good.length - 1000), Buffer.from('nothing')]) {
			await server.put(key, damaged);
			const outcome = await sandbox.run(verify);
			expect(outcome).toMatchObject({exitCode: 1});
			expect(outcome.stdout).toContain(
				`Backup ${id} of resource db cannot be restored: Backup ${id} in store offsite is damaged`,
			);
			expectError(await sandbox.run(restore(id, '--resource', 'db', '--yes')), 'is damaged');
		}
		expect(await rows()).toBe(before);
		await server.put(key, good);
		expect(await sandbox.succeed(verify)).toContain('is good');
		expect(kept(sandbox).filter(name => name.startsWith('fetching'))).toEqual([]);
	}, 180_000);

	test('fails by name when the store denies access, and stays on this machine', async () => {
		await server.allow('s3:ListBucket', 's3:GetObject', 's3:ListBucketMultipartUploads');
		try {
			const outcome = await sandbox.run(create);
			const newest = sandbox.state().backups.at(-1)!;
			expectError(
				outcome,
				`Backup ${newest.id} of resource db is on this machine only. Backup store offsite denies access: write`,
			);
			expect(newest).toMatchObject({status: 'succeeded', copies: [{store: 'offsite', status: 'failed', attempts: 1}]});
			expect(kept(sandbox)).toContain(newest.id);
			expect(await sandbox.succeed(['resource', 'backup', 'list', '--resource', 'db'])).toContain(
				'\tnot stored in offsite\n',
			);
			expect((await sandbox.run(['backup', 'store', 'show', 'offsite'])).exitCode).toBe(1);
		} finally {
			await server.allow();
		}
	});

	test.skipIf(isLeftOut('backup-offsite: new machine'))(
		'is found and restored on a new machine that has the identity only',
		async () => {
			await sandbox.succeed(['destroy', '--delete-data', '--auto-approve']);
			const config = sandbox.env['COMPARTMENT_CONFIG_HOME']!;
			const identity = join(config, 'identity');
			const saved = join(sandbox.folder, '../identity');
			copyFileSync(identity, saved);
			const settings = readFileSync(join(config, 'settings.json'), 'utf8');
			rmSync(config, {recursive: true});
			rmSync(join(sandbox.folder, '.compartment'), {recursive: true});
			mkdirSync(config, {mode: 0o700});
			const {backupStores: _, ...others} = JSON.parse(settings);
			writeFileSync(join(config, 'settings.json'), JSON.stringify(others));
			copyFileSync(saved, identity);

			await addStore();
			const listed = await sandbox.succeed(list);
			expect(listed).toContain(`${id}\tdb\tmanual\t`);
			expect(listed).toContain('made by another environment');
			await sandbox.succeed(['deploy']);
			expectError(
				await sandbox.run(['resource', 'backup', 'verify', '--backup', id, '--store', 'offsite']),
				new RegExp(
					`was made elsewhere.*\\n.*compartment resource backup restore --backup ${id} --as db-check --store offsite`,
				),
			);
			expect(await sql("SELECT count(*) FROM pg_class WHERE relname = 'notes'")).toBe('0');
			// A new resource runs what the backup names, and this machine cannot know who wrote that.
			expectError(
				await sandbox.run(restore(id, '--as', 'db-copy')),
				`Backup ${id} in store offsite was not signed by this machine, and names what resource db-copy would run: image postgres:16-alpine, restore command PGPASSWORD=`,
			);
			expect(kept(sandbox)).toEqual([]);
			await sandbox.succeed(restore(id, '--resource', 'db', '--yes'));
			expect(await rows()).toBe(before);
			await sandbox.succeed(restore(id, '--as', 'db-copy', '--yes'));
			expect(await rows('db-copy')).toBe(before);
			await sandbox.succeed(['resource', 'delete', '--resource', 'db-copy', '--delete-data', '--yes']);
			await sandbox.expectNoChanges();
		},
		240_000,
	);

	test('touched nothing outside of its prefix', async () => {
		await expectSealed();
		expect(await server.objects('other-bucket')).toEqual(new Map());
	});
});
