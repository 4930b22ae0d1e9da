import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {openStoreAt} from '../../source/backup/store/open-store.ts';
import type {Store} from '../../source/backup/store/store.ts';
import {backupsFolder, createKeeper, idleService, keeper, kept} from './backup-store.ts';
import {expectError, filesBelow, withSandbox} from './cli.ts';
import {withSshd} from './sshd.ts';

const shared = mkdtempSync(join(tmpdir(), 'compartment-nas-'));
const small = join(shared, 'small');
mkdirSync(small);
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', small]);
afterAll(() => {
	execFileSync('umount', [small]);
	rmSync(shared, {recursive: true});
});

const sshd = withSshd({folders: () => [shared]});

const open = (path = `${shared}/plain`, user = 'root', signal = new AbortController().signal): Promise<Store> =>
	openStoreAt('nas', {url: `ssh://${user}@lab${path}`}, {folder: import.meta.dirname, signal});

async function* repeat(chunk: Uint8Array, count: number): AsyncGenerator<Uint8Array> {
	for (let index = 0; index < count; index++) yield chunk;
}

async function collect(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
	const chunks: Uint8Array[] = [];
	for await (const chunk of content) chunks.push(chunk);
	return Buffer.concat(chunks);
}

describe('a store that sshd opens', () => {
	test('writes, lists, reads and removes files of any size', async () => {
		const store = await open();
		const chunk = Buffer.alloc(1_000_003, 'x');
		await store.write('shop/large', repeat(chunk, 20), 0);
		await store.write('shop/small', repeat(Buffer.from('abc'), 1), 0);
		expect(await store.list('')).toEqual([
			{path: 'shop/large', size: 20_000_060},
			{path: 'shop/small', size: 3},
		]);
		expect(
			(await collect(await store.read('shop/large'))).equals(Buffer.concat(Array.from({length: 20}, () => chunk))),
		).toBe(true);
		const each: string[] = [];
		for await (const {path, content} of store.readEach(['shop/small', 'shop/none'])) each.push(`${path}=${content}`);
		expect(each).toEqual(['shop/small=abc']);
		await store.remove(['shop/large', 'shop/small']);
		expect(filesBelow(shared)).toEqual([]);
	});

	test('says that it is full, and leaves nothing there', async () => {
		const store = await open(small);
		await expect(store.write('shop/a', repeat(Buffer.alloc(1_000_000, 1), 10), 0)).rejects.toMatchObject({
			failure: 'full',
			message: expect.stringContaining('No space left on device'),
		});
		expect(filesBelow(small)).toEqual([]);
		await store.write('shop/a', repeat(Buffer.alloc(1_000_000, 1), 1), 0);
		expect((await store.list('')).map(({path}) => path)).toEqual(['shop/a']);
	});

	test('shows no file whose connection broke', async () => {
		const store = await open();
		const dropped = (async function* () {
			yield* repeat(Buffer.alloc(1_000_000, 1), 5);
			sshd.drop();
			yield* repeat(Buffer.alloc(1_000_000, 1), 50);
		})();
		await expect(store.write('shop/a', dropped, 0)).rejects.toMatchObject({failure: 'unavailable'});
		expect(await store.list('')).toEqual([]);
		await store.clean('shop');
		expect(filesBelow(join(shared, 'plain'))).toEqual([]);
	});

	test('names who is not let in, and a host that it does not know', async () => {
		await expect((await open('/root/none', 'guest')).write('a', repeat(Buffer.from('a'), 1), 1)).rejects.toMatchObject({
			failure: 'denied',
		});
		sshd.configure([], {hasKey: false});
		await expect((await open()).list('')).rejects.toMatchObject({
			failure: 'denied',
			message: expect.stringContaining('Permission denied'),
		});
		sshd.configure([]);
		sshd.know('none');
		await expect((await open()).list('')).rejects.toMatchObject({
			failure: 'denied',
			hint: expect.stringContaining('ssh root@lab'),
		});
		sshd.know('right');
		sshd.stop();
		await expect((await open()).list('')).rejects.toMatchObject({failure: 'unavailable'});
		await sshd.start();
		expect(await (await open()).list('')).toEqual([]);
	});
});

describe('a resource whose schedule names a store', () => {
	const sandbox = withSandbox();
	const {restore, ...store} = createKeeper(sandbox);
	beforeAll(async () => {
		const schedule = {interval: 'hourly', store: 'nas', retention: {keepLast: 1}};
		sandbox.describe({services: {idle: idleService}, resources: {store: keeper({}, schedule)}});
		await sandbox.succeed(['deploy']);
		await sandbox.succeed(['backup', 'store', 'add', 'nas', `ssh://root@lab${shared}/team`]);
		await store.setValue('canary-5d1e7b');
	}, 120_000);

	test('is backed up there, sealed and closed to others', async () => {
		const text = await sandbox.succeed(['resource', 'backup', 'run-due']);
		const {id} = store.newest();
		expect(text).toBe(`Backup ${id} succeeded for resource store.\nBackup ${id} stored in nas.\n`);
		const files = filesBelow(join(shared, 'team'));
		expect(files.map(path => path.split('/').at(-1)).sort()).toEqual([`${id}.json.age`, `${id}.tar.gz.age`]);
		for (const file of files) expect(readFileSync(file, 'latin1')).not.toContain('canary-5d1e7b');
		expect(sshd.exec('find', `${shared}/team`, '-perm', '/077', '!', '-type', 'l')).toBe('');
		expect(await sandbox.succeed(['resource', 'backup', 'run-due'])).toBe('No backup is due.\n');
	});

	test('is restored from there when nothing is left on this machine', async () => {
		const {id} = store.newest();
		rmSync(backupsFolder(sandbox), {recursive: true});
		await store.setValue('spoilt');
		await sandbox.succeed([...restore(id), '--store', 'nas']);
		expect(await store.value()).toBe('canary-5d1e7b');
		expect(await sandbox.succeed(['resource', 'backup', 'verify', '--backup', id, '--store', 'nas'])).toContain(
			'is good',
		);
		expect(kept(sandbox)).toContain(id);
	}, 120_000);

	test('keeps its backup when the other machine is down, and exits with 1', async () => {
		sshd.stop();
		const outcome = await sandbox.run([...store.create, '--store', 'nas']);
		const {id} = store.newest();
		expectError(
			outcome,
			`Backup ${id} of resource store is on this machine only. Backup store nas cannot be reached: `,
		);
		expect(kept(sandbox)).toContain(id);
		await sshd.start();
		await sandbox.succeed([...store.create, '--store', 'nas']);
		expect(readdirSync(join(shared, 'team'))).toHaveLength(1);
		const listed = await sandbox.succeed(['resource', 'backup', 'list', '--store', 'nas']);
		expect(listed.trim().split('\n')).toHaveLength(2);
	}, 120_000);
});
