import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type S3Server, startS3} from '../support/s3-server.ts';
import {backupsFolder, createKeeper, kept} from './backup-store.ts';
import {withSandbox} from './cli.ts';

let server: S3Server;
beforeAll(async () => {
	server = await startS3();
}, 300_000);
afterAll(() => server?.stop());

const describeWith = (schedule: Readonly<Record<string, unknown>>) => ({
	services: {
		work: {
			...{image: 'node:24-slim', kind: 'worker', run: {command: 'trap exit TERM; sleep 1d & wait'}},
			volumes: {data: {path: '/data', backup: {preset: 'archive', schedule}}},
		},
	},
});

const sandbox = withSandbox(async box => {
	box.describe(describeWith({interval: 'daily', retention: {keepLast: 1}, store: 'offsite'}));
	await box.succeed(['deploy']);
});
const keeper = createKeeper(sandbox, 'work.data');
const inside = async (script: string): Promise<string> =>
	(await sandbox.engine.exec((await sandbox.running('service.work')).id, ['sh', '-ec', script])).stdout;

test('a scheduled archive goes to its store, and the only copy there is verified and restored', async () => {
	await sandbox.succeed(
		[
			...['backup', 'store', 'add', 'offsite', `s3://${server.bucket}/team`, '--endpoint', server.endpoint],
			...['--access-key', server.key.accessKeyId, '--stdin'],
		],
		{input: `${server.key.secretAccessKey}\n`},
	);
	await inside('mkdir /data/a && printf first > /data/a/b && ln -s b /data/a/c && chmod 640 /data/a/b');
	const said = await sandbox.succeed(['resource', 'backup', 'run-due']);
	expect(said).toMatch(/Backup rbak_\w+ succeeded for volume work\.data\.\nBackup rbak_\w+ stored in offsite\.\n/);
	expect(await sandbox.succeed(['resource', 'backup', 'run-due'])).toBe('No backup is due.\n');
	const {id} = keeper.newest();
	expect([...(await server.objects()).keys()].map(key => key.split('/').slice(-2).join('/')).sort()).toEqual([
		`work.data/${id}.json.age`,
		`work.data/${id}.tar.gz.age`,
	]);
	rmSync(join(backupsFolder(sandbox), id), {recursive: true});
	const verify = ['resource', 'backup', 'verify', '--backup', id, '--store', 'offsite'];
	expect(await sandbox.succeed(verify)).toContain(`Backup ${id} of volume work.data was restored and is good`);
	await inside('printf second > /data/a/b; rm /data/a/c');
	expect(kept(sandbox)).toEqual([]);
	await sandbox.succeed([...keeper.restore(id), '--store', 'offsite']);
	expect(await inside('cat /data/a/c; stat -c " %a" /data/a/b')).toBe('first 640\n');
	expect(await keeper.leftovers()).toEqual([]);
	await sandbox.expectNoChanges();
});

test('another schedule needs no new container', async () => {
	const {id} = await sandbox.running('service.work');
	sandbox.describe(describeWith({interval: 'hourly', store: 'offsite'}));
	const plan = await sandbox.succeed(['deploy']);
	expect(plan).toContain('volume.work.data');
	expect((await sandbox.running('service.work')).id).toBe(id);
	expect(await sandbox.succeed(keeper.list)).toMatch(/^scheduled backup\thourly\t/);
	await sandbox.expectNoChanges();
});
