import path from 'node:path';
import {expect, test} from 'vitest';
import {findBoundary, isInside, resolveSource, type SourceLabel} from '../../source/build/paths.ts';
import {makeTree} from './tree.ts';

const resolve = async (directory: string, given: string, expects: 'file' | 'directory' | 'any' = 'directory') => {
	const label: SourceLabel = expects === 'directory' ? 'Service path' : 'build.include path';
	return resolveSource({boundary: await findBoundary(directory), directory, label, path: given, expects});
};

test('the boundary is the repository or worktree that contains the descriptor, else the descriptor’s directory', async () => {
	const root = makeTree({
		'repo/.git/HEAD': '',
		'repo/apps/web': null,
		'worktree/.git': 'gitdir: x',
		'worktree/a': null,
		plain: null,
	});
	expect(await findBoundary(`${root}/repo/apps/web`)).toBe(`${root}/repo`);
	expect(await findBoundary(`${root}/worktree/a`)).toBe(`${root}/worktree`);
	expect(await findBoundary(`${root}/plain`)).toBe(`${root}/plain`);
});

test('a path may leave the descriptor directory, but not the boundary', async () => {
	const root = makeTree({'repo/.git/HEAD': '', 'repo/app': null, 'repo/shared': null, outside: null});
	expect((await resolve(`${root}/repo/app`, '../shared')).path).toBe(`${root}/repo/shared`);
	await expect(resolve(`${root}/repo/app`, '../../outside')).rejects.toThrow(
		'Service path "../../outside" must stay within the current repository or worktree.',
	);
});

test.each([
	['missing', 'directory', 'Service path "missing" does not exist.'],
	['file.txt/deeper', 'directory', 'Service path "file.txt/deeper" does not exist.'],
	[`${'x'.repeat(300)}`, 'directory', `Service path "${'x'.repeat(300)}" does not exist.`],
	['file.txt', 'directory', 'Service path "file.txt" must point to a directory.'],
	['/etc', 'directory', 'Service path "/etc" must be relative to the directory containing compartment.yml.'],
	['\\etc', 'any', 'build.include path "\\\\etc" must be relative to the directory containing compartment.yml.'],
	['C:/x', 'any', 'build.include path "C:/x" must be relative to the directory containing compartment.yml.'],
	['..', 'directory', 'Service path ".." must stay within the current repository or worktree.'],
	['a/../../x', 'any', 'build.include path "a/../../x" must stay within the current repository or worktree.'],
	['a\0b', 'directory', 'Service path "a\\u0000b" must not contain a NUL character.'],
	['.git/hooks', 'directory', 'Service path ".git/hooks" cannot target VCS metadata.'],
	['.GIT', 'any', 'build.include path ".GIT" cannot target VCS metadata.'],
	['a/.hg', 'any', 'build.include path "a/.hg" cannot target VCS metadata.'],
	[
		'.compartment/production',
		'any',
		'build.include path ".compartment/production" cannot target the state of Compartment.',
	],
	['out', 'directory', 'Service path "out" must not include symlinks.'],
	['out/etc', 'any', 'build.include path "out/etc" must not include symlinks.'],
	['absolute', 'any', 'build.include path "absolute" must not include symlinks.'],
	['circle', 'any', 'build.include path "circle" must not include symlinks.'],
	['hidden', 'any', 'build.include path "hidden" cannot target VCS metadata.'],
] as const)('%j is rejected', async (given, expects, message) => {
	const root = makeTree({
		'repo/.git/hooks': null,
		'repo/file.txt': '',
		'repo/out': {link: '../elsewhere'},
		'repo/absolute': {link: '/etc/passwd'},
		'repo/circle': {link: 'circle'},
		'repo/hidden': {link: '.git/hooks'},
		'elsewhere/etc': null,
	});
	await expect(resolve(`${root}/repo`, given, expects)).rejects.toThrow(
		expect.objectContaining({name: 'UserError', message}),
	);
});

test('a path through a symlink inside the boundary resolves to its real path', async () => {
	const root = makeTree({'.git/HEAD': '', 'apps/web/package.json': '{}', web: {link: 'apps/web'}});
	expect((await resolve(root, 'web')).path).toBe(`${root}/apps/web`);
	expect(await resolve(root, 'web/package.json', 'any')).toMatchObject({
		path: `${root}/apps/web/package.json`,
		type: 'file',
	});
});

test('isInside accepts names that only look like a way out', () => {
	expect(isInside('/a', '/a')).toBe(true);
	expect(isInside('/a', '/a/..b')).toBe(true);
	expect(isInside('/a', '/ab')).toBe(false);
	expect(isInside('/a', path.dirname('/a'))).toBe(false);
});
