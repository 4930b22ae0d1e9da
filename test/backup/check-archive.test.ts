import {pack as createPack, type Header} from 'tar-stream';
import {describe, expect, it} from 'vitest';
import {checkedArchive} from '../../source/backup/archive/check-archive.ts';

type Entry = Partial<Header> & {readonly name: string; readonly content?: string};

async function packed(entries: readonly Entry[]): Promise<Buffer> {
	const pack = createPack();
	for (const {content, ...header} of entries)
		if (content === undefined) pack.entry(header);
		else pack.entry(header, content);
	pack.finalize();
	const pieces: Buffer[] = [];
	for await (const piece of pack as AsyncIterable<Buffer>) pieces.push(piece);
	return Buffer.concat(pieces);
}

const volumes = {root: 'volumes', handles: ['data', 'index']};

/** In pieces of this size, as an engine sends it. */
async function* inPieces(archive: Buffer, bytes: number) {
	for (let at = 0; at < archive.length; at += bytes) yield archive.subarray(at, at + bytes);
}

/** Checks an archive of the volumes `data` and `index`. */
async function check(archive: Buffer, bytes = 700): Promise<{readonly passed: Buffer; readonly digest: string}> {
	const passed: Uint8Array[] = [];
	let digest = '';
	for await (const piece of checkedArchive(inPieces(archive, bytes), volumes, found => {
		digest = found;
	}))
		passed.push(piece);
	return {passed: Buffer.concat(passed), digest};
}

const folder: Entry = {name: 'volumes/', type: 'directory'};
const data: Entry = {name: 'volumes/data/', type: 'directory', mode: 0o750, uid: 999, gid: 999};
const file = (name: string, rest: Partial<Entry> = {}): Entry => ({name, content: 'x'.repeat(3000), ...rest});
const good = [
	folder,
	data,
	file('volumes/data/a', {uid: 33, mode: 0o640}),
	{name: 'volumes/data/current', type: 'symlink', linkname: '/etc/passwd'} as Entry,
	{name: 'volumes/data/second', type: 'link', linkname: 'volumes/data/a'} as Entry,
	{name: 'volumes/data/pipe', type: 'fifo'} as Entry,
];

describe('an archive of volumes', () => {
	it.each([1, 511, 512, 100_000])('passes as it is in pieces of %s bytes', async bytes => {
		const archive = await packed(good);
		const {passed, digest} = await check(archive, bytes);
		expect(passed.equals(archive)).toBe(true);
		expect(digest).toMatch(/^[0-9a-f]{64}$/);
	});

	it.each([
		['a content', [data, file('volumes/data/a', {content: 'y'})], [data, file('volumes/data/a', {content: 'z'})]],
		['an owner', [data, file('volumes/data/a')], [data, file('volumes/data/a', {uid: 1})]],
		['a mode', [data, file('volumes/data/a')], [data, file('volumes/data/a', {mode: 0o600})]],
		['the owner of the volume itself', [data], [{...data, uid: 0}]],
		['a name', [data, file('volumes/data/a')], [data, file('volumes/data/b')]],
		[
			'a link',
			[data, {name: 'volumes/data/l', type: 'symlink', linkname: 'a'}],
			[data, {name: 'volumes/data/l', type: 'symlink', linkname: 'b'}],
		],
		['a file less', [data, file('volumes/data/a'), file('volumes/data/b')], [data, file('volumes/data/a')]],
	] satisfies [string, Entry[], Entry[]][])('has another digest with another: %s', async (_what, first, second) => {
		const digests = await Promise.all(
			[first, second].map(async entries => (await check(await packed(entries))).digest),
		);
		expect(digests[0]).not.toBe(digests[1]);
	});

	it('has the same digest whatever is said of the folder around the volumes, and of times', async () => {
		const first = await check(
			await packed([{...folder, mode: 0o700}, data, file('volumes/data/a', {mtime: new Date(0)})]),
		);
		const second = await check(await packed([data, file('volumes/data/a', {mtime: new Date(1e9)})]));
		expect(first.digest).toBe(second.digest);
	});

	it.each([
		['leads out with ..', [data, file('volumes/data/../../../etc/cron.d/x')], 'leads out of the backup'],
		['is absolute', [data, file('/etc/cron.d/x')], 'leads out of the backup'],
		[
			'is below a link',
			[data, {name: 'volumes/data/l', type: 'symlink', linkname: '/etc'}, file('volumes/data/l/x')],
			'leads out',
		],
		[
			'replaces a link',
			[data, {name: 'volumes/data/l', type: 'symlink', linkname: '/etc'}, file('volumes/data/l')],
			'leads out',
		],
		[
			'is a second name of a file outside',
			[data, {name: 'volumes/data/l', type: 'link', linkname: '../etc/x'}],
			'leads out',
		],
		[
			'is a second name of a file behind a link',
			[
				data,
				{name: 'volumes/data/l', type: 'symlink', linkname: '/etc'},
				{name: 'volumes/data/m', type: 'link', linkname: 'volumes/data/l/x'},
			],
			'leads out',
		],
		['belongs to no volume', [data, file('volumes/other/x')], 'belongs to none of its volumes'],
		['belongs to another folder', [data, file('etc/cron.d/x')], 'belongs to none of its volumes'],
		['climbs to another folder', [data, file('volumes/data/../../etc/cron.d/x')], 'belongs to none of its volumes'],
		['is a volume that is a link', [{name: 'volumes/data', type: 'symlink', linkname: '/etc'}], 'belongs to none'],
		[
			'is a device',
			[data, {name: 'volumes/data/sda', type: 'block-device', devmajor: 8}],
			'not a file, a folder or a link',
		],
	] satisfies [string, Entry[], string][])('is refused when an entry %s', async (_what, entries, why) => {
		await expect(packed(entries).then(check)).rejects.toThrow(why);
	});

	it('is refused when it ends early, wherever', async () => {
		const archive = await packed([data, file('volumes/data/a'), file('volumes/data/b')]);
		for (let length = 0; length < archive.length; length += 256)
			await expect(check(archive.subarray(0, length)), `${length} bytes`).rejects.toThrow();
		await expect(check(archive)).resolves.toBeDefined();
	});

	it('is refused when it is none', async () => {
		await expect(check(Buffer.alloc(4096, 'no archive'))).rejects.toThrow();
	});

	it('passes on the error of what it is read from', async () => {
		async function* broken() {
			yield (await packed(good)).subarray(0, 1024);
			throw new Error('the connection was cut');
		}
		await expect(async () => {
			for await (const _ of checkedArchive(broken(), volumes));
		}).rejects.toThrow('the connection was cut');
	});
});
