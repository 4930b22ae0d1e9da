import {Readable} from 'node:stream';
import {buffer} from 'node:stream/consumers';
import {extract, type Header} from 'tar-stream';
import {expect, test} from 'vitest';
import {packFiles} from '../../source/engine/docker-files.ts';

async function read(archive: Buffer): Promise<{header: Header; content: string}[]> {
	const reader = extract();
	Readable.from([archive]).pipe(reader as unknown as NodeJS.WritableStream);
	const found: {header: Header; content: string}[] = [];
	for await (const entry of reader)
		found.push({header: entry.header, content: (await buffer(entry as unknown as NodeJS.ReadableStream)).toString()});
	return found;
}

test('the files of a container are packed with their owners, modes and links', async () => {
	const files = [
		{path: '/etc/app/config', content: 'text', mode: 0o400, uid: 1000, gid: 1001},
		{path: '/data/bytes', content: Buffer.from([1, 2, 3])},
		{path: '/etc/link', target: '/etc/app/config'},
	];
	const found = await read(await packFiles(files));
	expect(found.map(({content}) => content)).toEqual(['text', '\u0001\u0002\u0003', '']);
	expect(found.map(({header: {name, mode, uid, gid, type}}) => ({name, mode, uid, gid, type}))).toEqual([
		{name: 'etc/app/config', mode: 0o400, uid: 1000, gid: 1001, type: 'file'},
		{name: 'data/bytes', mode: 0o644, uid: 0, gid: 0, type: 'file'},
		{name: 'etc/link', mode: 0o644, uid: 0, gid: 0, type: 'symlink'},
	]);
});
