import {spawnSync} from 'node:child_process';
import {
	appendFileSync,
	chmodSync,
	chownSync,
	readFileSync,
	rmSync,
	statSync,
	truncateSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import fc from 'fast-check';
import {expect, test, vi} from 'vitest';
import {hashContext} from '../../source/build/content-hash.ts';
import {readContext} from '../../source/build/context.ts';
import {selectSource} from '../../source/build/select-source.ts';
import {makeService, makeTree, writeTree} from './tree.ts';

// Records every open() of the code under test, to see which files are read.
const {opened} = vi.hoisted(() => ({opened: [] as string[]}));
vi.mock(import('node:fs/promises'), async original => {
	const real = await original();
	const open: typeof real.open = (file, ...rest) => {
		opened.push(String(file));
		return real.open(file, ...rest);
	};
	return {...real, open};
});

const contextOf = async (root: string) => readContext(await selectSource({directory: root}, makeService()));
const hashOf = async (root: string) => (await hashContext(await contextOf(root))).hash;

/** A time at which files created just now count as quiet. */
const later = () => Date.now() + 60_000;

const names = fc.stringMatching(/^[a-z]{1,3}(\/[a-z]{1,3}){0,2}\.x$/);
const trees = fc.dictionary(names, fc.string({maxLength: 40}), {minKeys: 1, maxKeys: 8, noNullPrototype: true});

test('the hash does not depend on times, owners, location or order of creation', async () => {
	await fc.assert(
		fc.asyncProperty(trees, async tree => {
			const first = makeTree(tree);
			const second = makeTree(Object.fromEntries(Object.entries(tree).reverse()));
			for (const name of Object.keys(tree)) {
				utimesSync(`${second}/${name}`, 1, 1);
				chmodSync(`${second}/${name}`, 0o600);
				if (process.getuid?.() === 0) chownSync(`${second}/${name}`, 1234, 1234);
			}
			expect(await hashOf(second)).toBe(await hashOf(first));
		}),
		{numRuns: 30},
	);
});

test('the hash changes with a byte, a name, an executable bit, a link target or an empty folder', async () => {
	await fc.assert(
		fc.asyncProperty(trees, fc.nat(), async (tree, pick) => {
			const root = makeTree({...tree, link: {link: 'a'}});
			const before = await hashOf(root);
			const name = Object.keys(tree)[pick % Object.keys(tree).length]!;
			const file = `${root}/${name}`;
			const hashes = [before];

			appendFileSync(file, '!');
			hashes.push(await hashOf(root));
			writeFileSync(file, tree[name]!);
			chmodSync(file, 0o755);
			hashes.push(await hashOf(root));
			chmodSync(file, 0o644);
			writeTree(root, {'new.y': ''});
			hashes.push(await hashOf(root));
			rmSync(`${root}/new.y`);
			writeTree(root, {'new.y': null});
			hashes.push(await hashOf(root));
			rmSync(`${root}/new.y`, {recursive: true});
			rmSync(`${root}/link`);
			writeTree(root, {link: {link: 'b'}});
			hashes.push(await hashOf(root));

			expect(new Set(hashes).size).toBe(hashes.length);
			rmSync(`${root}/link`);
			writeTree(root, {link: {link: 'a'}});
			expect(await hashOf(root)).toBe(before);
		}),
		{numRuns: 20},
	);
});

test('a second run reads only touched and changed files, and only changed ones change the hash', async () => {
	const files = Object.fromEntries(
		Array.from({length: 2000}, (_, index) => [`d${index % 20}/f${index}`, `content ${index}`]),
	);
	const root = makeTree(files);
	const cacheFile = `${makeTree()}/cache/web.json`;
	const run = async () => hashContext(await contextOf(root), {cacheFile, now: later});

	const first = await run();
	expect(first.filesRead).toBe(2000);
	expect(statSync(cacheFile).mode & 0o777).toBe(0o600);
	expect(opened.filter(file => file.startsWith(root))).toHaveLength(2000);
	opened.length = 0;
	const second = await run();
	expect(second).toMatchObject({hash: first.hash, filesRead: 0, bytesRead: 0});
	expect(opened.filter(file => file.startsWith(root))).toEqual([]);

	utimesSync(`${root}/d2/f2`, 5, 5);
	expect(await run()).toMatchObject({hash: first.hash, filesRead: 1});
	writeFileSync(`${root}/d3/f3`, 'kontent 3');
	const changed = await run();
	expect(changed.filesRead).toBe(1);
	expect(changed.hash).not.toBe(first.hash);
});

test('hashes come from the cache', async () => {
	const root = makeTree({a: 'one'});
	const cacheFile = `${makeTree()}/cache.json`;
	const {hash} = await hashContext(await contextOf(root), {cacheFile, now: later});
	writeFileSync(cacheFile, readFileSync(cacheFile, 'utf8').replace(/[0-9a-f]{64}/, 'f'.repeat(64)));
	expect((await hashContext(await contextOf(root), {cacheFile, now: later})).hash).not.toBe(hash);
});

test('a file that changed within the last two seconds is not cached', async () => {
	const root = makeTree({a: 'one'});
	const cacheFile = `${makeTree()}/cache.json`;
	const run = async (now: () => number) => (await hashContext(await contextOf(root), {cacheFile, now})).filesRead;
	expect(await run(() => Date.now() + 1000)).toBe(1);
	expect(await run(later)).toBe(1);
	expect(await run(later)).toBe(0);
});

test.each(['', 'no json', '{"format":1}', '{"format":1,"root":"/x","rows":[[1]]}', 'null'])(
	'a damaged cache (%j) counts as empty',
	async content => {
		const root = makeTree({a: 'one'});
		const cacheFile = `${makeTree()}/cache.json`;
		writeFileSync(cacheFile, content);
		expect((await hashContext(await contextOf(root), {cacheFile})).filesRead).toBe(1);
	},
);

test('a file that grew since it was listed is rejected', async () => {
	const root = makeTree({a: 'one'});
	const context = await contextOf(root);
	appendFileSync(`${root}/a`, 'more');
	await expect(hashContext(context)).rejects.toThrow('"a" changed while it was being read.');
});

test('a FIFO in place of a file does not block the process', async () => {
	const root = makeTree({a: ''});
	const context = await contextOf(root);
	rmSync(`${root}/a`);
	expect(spawnSync('mkfifo', [`${root}/a`]).status).toBe(0);
	await expect(hashContext(context)).rejects.toThrow('"a" changed while it was being read.');
});

test('hashing 300 MB takes constant memory', async () => {
	const root = makeTree({big: ''});
	truncateSync(`${root}/big`, 300_000_000);
	const before = process.memoryUsage().rss;
	const {bytesRead} = await hashContext(await contextOf(root));
	expect(bytesRead).toBe(300_000_000);
	expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
});
