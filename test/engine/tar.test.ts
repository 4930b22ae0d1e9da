import {Readable} from 'node:stream';
import {buffer} from 'node:stream/consumers';
import {extract, type Header} from 'tar-stream';
import {expect, test} from 'vitest';
import {packFiles} from '../../source/engine/docker-files.ts';
import {type TarEntry, tarEnd, tarHeader, tarPadding} from '../../source/engine/tar.ts';

/** What another implementation reads. */
async function read(archive: Buffer): Promise<{header: Header; content: string}[]> {
	const reader = extract();
	Readable.from([archive]).pipe(reader as unknown as NodeJS.WritableStream);
	const found: {header: Header; content: string}[] = [];
	for await (const entry of reader)
		found.push({header: entry.header, content: (await buffer(entry as unknown as NodeJS.ReadableStream)).toString()});
	return found;
}

const headerOf = async (entry: TarEntry): Promise<Header> =>
	(await read(Buffer.concat([tarHeader(entry), tarEnd()])))[0]!.header;

const names = [
	'a',
	'x'.repeat(100),
	'y'.repeat(101),
	`${'d/'.repeat(60)}f`,
	'größe ☃',
	'é'.repeat(49),
	'z'.repeat(2000),
];

test.each(names)('an entry keeps its name: %s', async name => {
	expect(await headerOf({name, type: 'directory', mode: 0o755})).toMatchObject({name, type: 'directory', mode: 0o755});
	const link: TarEntry = {name: 'l', type: 'link', mode: 0o777, target: name};
	expect(await headerOf(link)).toMatchObject({name: 'l', type: 'symlink', linkname: name});
});

test('an owner that does not fit into seven octal digits is kept', () => {
	const header = tarHeader({name: 'a', type: 'directory', mode: 0o700, uid: 1_000_700_000, gid: 2_097_152}).toString();
	expect(header).toContain('18 uid=1000700000\n15 gid=2097152\n');
});

test('a file of more than 8 GB keeps its size', () => {
	const size = 8_589_934_592;
	expect(tarHeader({name: 'a', type: 'file', mode: 0o644, size}).toString()).toContain(`size=${size}\n`);
});

test.each([0, 1, 511, 512, 513])('a content of %i bytes is padded to whole blocks', size => {
	expect((size + tarPadding(size).length) % 512).toBe(0);
	expect(tarPadding(size).length).toBeLessThan(512);
});

test('the files of a container are packed with their owners, modes and links', async () => {
	const files = [
		{path: '/etc/app/config', content: 'text', mode: 0o400, uid: 1000, gid: 1001},
		{path: '/data/bytes', content: Buffer.from([1, 2, 3])},
		{path: '/etc/link', target: '/etc/app/config'},
	];
	const found = await read(packFiles(files));
	expect(found.map(({content}) => content)).toEqual(['text', '\u0001\u0002\u0003', '']);
	expect(found.map(({header: {name, mode, uid, gid, type}}) => ({name, mode, uid, gid, type}))).toEqual([
		{name: 'etc/app/config', mode: 0o400, uid: 1000, gid: 1001, type: 'file'},
		{name: 'data/bytes', mode: 0o644, uid: 0, gid: 0, type: 'file'},
		{name: 'etc/link', mode: 0o644, uid: 0, gid: 0, type: 'symlink'},
	]);
});
