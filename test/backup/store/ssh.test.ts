import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {openStoreAt} from '../../../source/backup/store/open-store.ts';
import {parseFiles, parseList} from '../../../source/backup/store/ssh.ts';
import {remoteCommand, sshArguments} from '../../../source/backup/store/ssh-run.ts';
import type {Store} from '../../../source/backup/store/store.ts';
import {type FakeSsh, makeFakeSsh} from '../../support/fake-ssh.ts';

let ssh: FakeSsh;
beforeEach(() => {
	ssh = makeFakeSsh();
	vi.stubEnv('PATH', ssh.PATH);
});
afterEach(() => {
	vi.unstubAllEnvs();
	ssh.close();
});

const open = (path = '~/backups', signal = new AbortController().signal): Promise<Store> =>
	openStoreAt('nas', {url: `ssh://backup@nas.example.com/${path}`}, {folder: import.meta.dirname, signal});

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
	for (const text of texts) yield Buffer.from(text);
}

async function read(store: Store, path: string): Promise<string> {
	let text = '';
	for await (const chunk of await store.read(path)) text += Buffer.from(chunk);
	return text;
}

describe('a store that ssh reaches', () => {
	it('writes, lists, reads and removes below its folder', async () => {
		const store = await open();
		expect(await store.list('')).toEqual([]);
		await store.clean('shop');
		await store.remove(['shop/none']);
		await store.write('shop/a.age', pieces('one ', 'two'), 7);
		await store.write('shop/deep/b.age', pieces(), 0);
		expect(await store.list('')).toEqual([
			{path: 'shop/a.age', size: 7},
			{path: 'shop/deep/b.age', size: 0},
		]);
		expect(await store.list('shop/deep')).toEqual([{path: 'shop/deep/b.age', size: 0}]);
		expect(await read(store, 'shop/a.age')).toBe('one two');
		await store.write('shop/a.age', pieces('three'), 5);
		const found: string[] = [];
		for await (const {path, content} of store.readEach(['shop/a.age', 'shop/none', 'shop/deep/b.age']))
			found.push(`${path}=${content}`);
		expect(found).toEqual(['shop/a.age=three', 'shop/deep/b.age=']);
		writeFileSync(join(ssh.home, 'mine'), 'kept');
		await store.remove(['shop/a.age', 'shop/deep/b.age']);
		expect(await store.list('')).toEqual([]);
		expect(readFileSync(join(ssh.home, 'mine'), 'utf8')).toBe('kept');
	});

	it('writes to an absolute path too', async () => {
		const store = await open(join(ssh.home, 'abs').slice(1));
		await store.write('a/b', pieces('x'), 1);
		expect(readFileSync(join(ssh.home, 'abs/a/b'), 'utf8')).toBe('x');
	});

	it('shows nothing of a file whose content fails, and the next run removes what is left', async () => {
		const store = await open();
		const broken = (async function* () {
			yield* pieces('half');
			throw new Error('the disk is broken');
		})();
		await expect(store.write('shop/a', broken, 10)).rejects.toThrow('the disk is broken');
		expect(await store.list('')).toEqual([]);
		mkdirSync(join(ssh.home, 'backups/shop'), {recursive: true});
		writeFileSync(join(ssh.home, 'backups/shop/.upload-1'), 'left');
		expect(await store.list('')).toEqual([]);
		await store.clean('shop');
		expect(readdirSync(join(ssh.home, 'backups/shop'))).toEqual([]);
	});

	it('is cancelled', async () => {
		const abort = new AbortController();
		const store = await open(undefined, abort.signal);
		const endless = (async function* () {
			for (;;) {
				yield Buffer.alloc(100_000);
				await new Promise(resolve => setTimeout(resolve, 5));
				abort.abort(new Error('ctrl-c'));
			}
		})();
		await expect(store.write('shop/a', endless, 1e9)).rejects.toThrow('ctrl-c');
		expect(existsSync(join(ssh.home, 'backups/shop/a'))).toBe(false);
		await expect(store.list('')).rejects.toThrow('ctrl-c');
	});

	it.each([
		[255, 'ssh: connect to host nas port 22: Connection refused', 'unavailable'],
		[255, 'backup@nas: Permission denied (publickey).', 'denied'],
		[255, 'Host key verification failed.', 'denied'],
		[1, 'cat: write error: No space left on device', 'full'],
		[1, 'cat: write error: Disk quota exceeded', 'full'],
		[1, 'mkdir: cannot create directory: Permission denied', 'denied'],
		[1, 'sh: find: not found', 'refused'],
	] as const)('names a failure: %s %s', async (exitCode, text, failure) => {
		const store = await open();
		ssh.fail({exitCode, text});
		const attempts = [
			() => store.list(''),
			() => store.write('a', pieces('x'), 1),
			() => store.remove(['a']),
			() => read(store, 'a'),
		];
		for (const attempt of attempts)
			await expect(attempt()).rejects.toMatchObject({
				name: 'StoreError',
				failure,
				message: expect.stringContaining(`: ${text}`),
			});
	});

	it('names a file that is gone, and a folder that cannot be written', async () => {
		const store = await open();
		await store.write('a', pieces('x'), 1);
		await expect(read(store, 'none')).rejects.toMatchObject({failure: 'missing'});
		mkdirSync(join(ssh.home, 'backups/b/c'), {recursive: true});
		writeFileSync(join(ssh.home, 'backups/b/c/file'), '');
		await expect(store.write('b/c/file/x', pieces('x'), 1)).rejects.toMatchObject({failure: 'refused'});
	});

	it('says when there is no ssh', async () => {
		vi.stubEnv('PATH', ssh.home);
		await expect((await open()).list('')).rejects.toThrow('Backup store nas cannot be reached: ssh is not installed');
	});
});

describe('what ssh is started with', () => {
	it('asks nothing, and quotes every word for the shell of the other machine', () => {
		const command = remoteCommand({script: `echo "$1"`, args: ["it's"]});
		expect(command).toBe(`exec env LC_ALL=C sh -c 'echo "$1"' 'sh' 'it'\\''s'`);
		const place = {type: 'ssh', host: 'nas', user: 'me', port: 2222, path: '/b'} as const;
		expect(sshArguments(place, 'x')).toEqual([
			...['-T', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=15', '-o', 'ServerAliveInterval=15'],
			...['-o', 'ServerAliveCountMax=4', '-p', '2222', '-l', 'me', '--', 'nas', 'x'],
		]);
		expect(sshArguments({...place, user: undefined, port: undefined}, 'x').slice(-3)).toEqual(['--', 'nas', 'x']);
	});
});

describe('the answers of the other machine', () => {
	it('are read whatever its dates look like', () => {
		const lines = [
			'-rw------- 1 1000 1000 123 Nov 22 09:00 ./shop/a.age',
			'-rw-r--r--+ 1 0 0 0 Nov 22  2024 ./b',
			'-rw-------    1 1000     1000      7 2026-11-22 09:00 .//c/d.age',
			'drwx------ 2 0 0 4096 Nov 22 09:00 ./folder',
			'total 0',
			'-rw------- 1 0 0 5 Nov 22 09:00 ./with a space',
		];
		expect(parseList(lines.join('\n'))).toEqual([
			{path: 'shop/a.age', size: 123},
			{path: 'b', size: 0},
			{path: 'c/d.age', size: 7},
		]);
	});

	it('are cut into files wherever they arrive in pieces', async () => {
		const whole = '3 a\nabc0 b\n5 c/d\n1\n2\n3';
		for (let size = 1; size <= whole.length; size++) {
			const parts = whole.match(new RegExp(`[^]{1,${size}}`, 'g'))!;
			const found: string[] = [];
			for await (const {path, content} of parseFiles(pieces(...parts))) found.push(`${path}=${content}`);
			expect(found).toEqual(['a=abc', 'b=', 'c/d=1\n2\n3']);
		}
	});
});
