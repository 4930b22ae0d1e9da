import {appendFileSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync} from 'node:fs';
import {buffer} from 'node:stream/consumers';
import {extract} from 'tar-stream';
import {expect, test} from 'vitest';
import {packContext} from '../../source/build/archive.ts';
import {hashContext} from '../../source/build/content-hash.ts';
import {readContext} from '../../source/build/context.ts';
import {selectSource} from '../../source/build/select-source.ts';
import {makeService, makeTree} from './tree.ts';

const contextOf = async (root: string) =>
	hashContext(await readContext(await selectSource({directory: root}, makeService())));

const long = `${'d'.repeat(90)}/${'e'.repeat(90)}/${'f'.repeat(120)}`;

test('an archive contains the context without times and owners', async () => {
	const root = makeTree({
		'a/b.txt': 'hello',
		'a/empty': '',
		'größe ☃': 'x',
		[long]: 'deep',
		link: {link: 'a/b.txt'},
		void: null,
	});
	const reader = extract();
	packContext(await contextOf(root)).pipe(reader as unknown as NodeJS.WritableStream);
	const found: Record<string, unknown> = {};
	for await (const entry of reader) {
		const {name, type, mode, mtime, uid, gid, linkname} = entry.header;
		const content = (await buffer(entry as unknown as NodeJS.ReadableStream)).toString();
		expect({mtime: mtime.getTime(), uid, gid}).toEqual({mtime: 0, uid: 0, gid: 0});
		found[name] = type === 'symlink' ? linkname : type === 'directory' ? mode : content;
	}
	expect(found).toEqual({
		a: 0o755,
		'a/b.txt': 'hello',
		'a/empty': '',
		'größe ☃': 'x',
		[long.slice(0, 90)]: 0o755,
		[long.slice(0, 181)]: 0o755,
		[long]: 'deep',
		link: 'a/b.txt',
		void: 0o755,
	});
});

test('the same context gives the same bytes, wherever and whenever it was written', async () => {
	const tree = {'a/b': 'x'.repeat(300_000), c: 'y', l: {link: 'c'}};
	const [first, second] = [makeTree(tree), makeTree(tree)];
	utimesSync(`${second}/c`, 7, 7);
	const bytes = await buffer(packContext(await contextOf(first)));
	expect(bytes.equals(await buffer(packContext(await contextOf(second))))).toBe(true);
	expect(bytes.equals(await buffer(packContext(await contextOf(first))))).toBe(true);
});

const changes: [string, (file: string) => void][] = [
	['grew', file => appendFileSync(file, 'more')],
	['has other bytes of the same length', file => writeFileSync(file, 'y'.repeat(400_000))],
	['became shorter', file => truncateSync(file, 3)],
	['went away', file => rmSync(file)],
	[
		'became a link',
		file => {
			rmSync(file);
			symlinkSync('/etc/passwd', file);
		},
	],
];
test.each(changes)('a file that %s since it was hashed fails the archive', async (_name, change) => {
	const root = makeTree({a: 'first', b: 'x'.repeat(400_000), c: 'last'});
	const context = await contextOf(root);
	change(`${root}/b`);
	await expect(buffer(packContext(context))).rejects.toThrow(
		expect.objectContaining({name: 'UserError', message: '"b" changed while it was being packed.'}),
	);
});

test('the last bytes of a changed file are never sent', async () => {
	const root = makeTree({a: 'open text'});
	const context = await contextOf(root);
	writeFileSync(`${root}/a`, 'secret!!!');
	const pieces: Buffer[] = [];
	const stream = packContext(context).on('data', piece => pieces.push(piece));
	await new Promise(resolve => stream.once('error', resolve));
	expect(Buffer.concat(pieces).toString()).not.toContain('secret');
});

test('no file stays open when the reader goes away', async () => {
	const root = makeTree({a: 'x'.repeat(5_000_000), b: 'y'});
	const stream = packContext(await contextOf(root));
	for await (const _piece of stream) break;
	expect(stream.destroyed).toBe(true);
	stream.destroy();
	await new Promise(resolve => setTimeout(resolve, 50));
});

test('packing 300 MB takes constant memory', async () => {
	const root = makeTree({big: ''});
	truncateSync(`${root}/big`, 300_000_000);
	const context = await contextOf(root);
	const before = process.memoryUsage().rss;
	let bytes = 0;
	let peak = 0;
	for await (const piece of packContext(context)) {
		bytes += piece.length;
		peak = Math.max(peak, process.memoryUsage.rss());
	}
	expect(bytes).toBeGreaterThan(300_000_000);
	expect(peak - before).toBeLessThan(100_000_000);
});
