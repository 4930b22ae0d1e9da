import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {openStoreAt} from '../../source/backup/store/open-store.ts';
import type {Store} from '../../source/backup/store/store.ts';
import type {BackupStore} from '../../source/settings/backup-stores.ts';
import {type S3Server, startS3} from '../support/s3-server.ts';

let server: S3Server;
beforeAll(async () => {
	server = await startS3();
}, 300_000);
afterAll(() => server?.stop());

const open = (changes: Partial<BackupStore> = {}, signal = new AbortController().signal): Promise<Store> => {
	const {endpoint, bucket, key} = server;
	return openStoreAt(
		'offsite',
		{url: `s3://${bucket}/some/prefix`, endpoint, ...key, ...changes},
		{folder: '/', signal},
	);
};

async function* repeat(chunk: Uint8Array, count: number): AsyncGenerator<Uint8Array> {
	for (let index = 0; index < count; index++) yield chunk;
}

async function read(store: Store, path: string): Promise<Buffer> {
	const chunks: Uint8Array[] = [];
	for await (const chunk of await store.read(path)) chunks.push(chunk);
	return Buffer.concat(chunks);
}

describe('an S3 store', () => {
	test('writes, lists, reads and removes below its prefix only', async () => {
		await server.put('some/prefix-of-others/a', Buffer.from('theirs'));
		await server.put('a', Buffer.from('theirs'));
		const store = await open();
		await store.write('shop/a', repeat(Buffer.from('abc'), 3), 9);
		await store.write('shop/deep/empty', repeat(Buffer.from(''), 1), 0);
		expect(await store.list('')).toEqual([
			{path: 'shop/a', size: 9},
			{path: 'shop/deep/empty', size: 0},
		]);
		expect(await store.list('shop/deep')).toEqual([{path: 'shop/deep/empty', size: 0}]);
		expect(await store.list('sho')).toEqual([]);
		expect((await read(store, 'shop/a')).toString()).toBe('abcabcabc');
		const each: string[] = [];
		for await (const {path, content} of store.readEach(['shop/a', 'shop/deep/empty'])) each.push(`${path}=${content}`);
		expect(each.sort()).toEqual(['shop/a=abcabcabc', 'shop/deep/empty=']);
		await store.remove(['shop/a', 'shop/deep/empty', 'shop/gone']);
		expect([...(await server.objects()).keys()]).toEqual(['a', 'some/prefix-of-others/a']);
		await expect(store.read('shop/a')).rejects.toMatchObject({failure: 'missing'});
	});

	test('writes large files in parts', async () => {
		const store = await open();
		const chunk = Buffer.alloc(1_000_003, 'x');
		await store.write('large', repeat(chunk, 20), chunk.length * 20);
		expect(await store.list('')).toEqual([{path: 'large', size: chunk.length * 20}]);
		expect((await read(store, 'large')).equals(Buffer.concat(Array.from({length: 20}, () => chunk)))).toBe(true);
		expect(await server.uploads()).toEqual([]);
		await store.remove(['large']);
	});

	test('leaves nothing of an upload whose content fails', async () => {
		const store = await open();
		const broken = (async function* () {
			yield* repeat(Buffer.alloc(1_000_000), 20);
			throw new Error('the disk is broken');
		})();
		await expect(store.write('large', broken, 30_000_000)).rejects.toThrow('the disk is broken');
		expect(await server.uploads()).toEqual([]);
		expect(await store.list('')).toEqual([]);
	});

	test('aborts an upload that is cancelled', async () => {
		const abort = new AbortController();
		const store = await open({}, abort.signal);
		const cancelled = (async function* () {
			yield* repeat(Buffer.alloc(1_000_000), 20);
			abort.abort(new Error('ctrl-c'));
			yield* repeat(Buffer.alloc(1_000_000), 20);
		})();
		await expect(store.write('large', cancelled, 40_000_000)).rejects.toThrow('ctrl-c');
		expect(await server.uploads()).toEqual([]);
	});

	test.for([
		['a secret that is wrong', {secretAccessKey: 'wrong'}, 'denied', /SignatureDoesNotMatch/],
		['a key that does not exist', {accessKeyId: 'AKIANOBODY'}, 'denied', /InvalidAccessKeyId/],
		['a bucket that does not exist', {url: 's3://no-such-bucket/x'}, 'missing', /NoSuchBucket/],
		['a service that is down', {endpoint: 'http://127.0.0.1:1'}, 'unavailable', /ECONNREFUSED/],
	] as const)('names %s', async ([, changes, failure, text]) => {
		const store = await open(changes);
		const error: unknown = await store.list('').catch((thrown: unknown) => thrown);
		expect(error).toMatchObject({name: 'StoreError', failure, message: expect.stringMatching(text)});
		expect(String(error)).not.toContain(server.key.secretAccessKey);
	});

	test('names what it is not allowed to do', async () => {
		await server.allow('s3:ListBucket', 's3:GetObject');
		try {
			const store = await open();
			await expect(store.write('a', repeat(Buffer.from('abc'), 1), 3)).rejects.toMatchObject({failure: 'denied'});
			expect(await store.list('')).toEqual([]);
		} finally {
			await server.allow();
		}
	});
});
