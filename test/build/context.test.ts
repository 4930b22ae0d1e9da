import {spawnSync} from 'node:child_process';
import {
	chmodSync,
	closeSync,
	mkdirSync,
	openSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {createServer} from 'node:net';
import {describe, expect, onTestFinished, test} from 'vitest';
import {hashContext} from '../../source/build/content-hash.ts';
import {readContext} from '../../source/build/context.ts';
import {selectSource} from '../../source/build/select-source.ts';
import {makeService, makeTree, type Tree, writeTree} from './tree.ts';

type Options = Parameters<typeof makeService>[0] & {readonly directory?: string; readonly file?: string};

async function contextOf(root: string, {directory = '', file, ...service}: Options = {}) {
	const selection = await selectSource({directory: `${root}/${directory}`}, makeService(service));
	return readContext(selection, file && `${root}/${file}`);
}

/** Paths of a context: links as `path -> target`, and empty folders with a trailing `/`. */
async function paths(root: string, options?: Options) {
	const {entries} = await contextOf(root, options);
	const isParent = (path: string) => entries.some(entry => entry.path.startsWith(`${path}/`));
	return entries
		.filter(entry => entry.type !== 'directory' || !isParent(entry.path))
		.map(entry =>
			entry.type === 'link' ? `${entry.path} -> ${entry.target}` : entry.path + (entry.type === 'directory' ? '/' : ''),
		);
}

test('the file that our own output is redirected to is left out', async () => {
	const root = makeTree({'index.html': 'x', 'other.log': 'x'});
	const program = `
		import {readContext} from '${new URL('../../source/build/context.ts', import.meta.url)}';
		import {selectSource} from '${new URL('../../source/build/select-source.ts', import.meta.url)}';
		const selection = await selectSource({directory: ${JSON.stringify(root)}}, ${JSON.stringify(makeService())});
		console.log((await readContext(selection)).entries.map(({path}) => path).join(' '));`;
	const outputs = ['out.log', 'errors.log'].map(name => openSync(`${root}/${name}`, 'w'));
	spawnSync(process.execPath, ['--input-type=module', '-e', program], {stdio: ['ignore', ...outputs]});
	for (const descriptor of outputs) closeSync(descriptor);
	expect(readFileSync(`${root}/errors.log`, 'utf8')).toBe('');
	expect(readFileSync(`${root}/out.log`, 'utf8')).toBe('index.html other.log\n');
});

describe('with .gitignore files,', () => {
	const files = (...names: string[]): Tree => Object.fromEntries(names.map(name => [name, name]));
	const cases: [string, Tree, string[]][] = [
		[
			'a name matches at any depth',
			{'.gitignore': 'node_modules\n', ...files('a', 'node_modules/x', 'b/node_modules/x')},
			['.gitignore', 'a'],
		],
		[
			'a pattern with a slash is anchored',
			{'.gitignore': '/dist\nb/tmp\n', ...files('dist/x', 'b/dist/x', 'b/tmp', 'c/b/tmp')},
			['.gitignore', 'b/dist/x', 'c/b/tmp'],
		],
		[
			'a pattern with a trailing slash matches directories only',
			{'.gitignore': 'log/\n', ...files('log/x', 'a/log')},
			['.gitignore', 'a/log'],
		],
		[
			'a directory-only rule does not match a symlink',
			{'.gitignore': 'log/\n', ...files('logs/x'), log: {link: 'logs'}},
			['.gitignore', 'log -> logs', 'logs/x'],
		],
		[
			'a negation re-includes files',
			{'.gitignore': '*.log\n!keep.log\n', ...files('a.log', 'keep.log', 'b/keep.log')},
			['.gitignore', 'b/keep.log', 'keep.log'],
		],
		[
			'nothing inside an ignored directory can be re-included',
			{'.gitignore': 'out/\n!out/keep\n', ...files('out/keep', 'a')},
			['.gitignore', 'a'],
		],
		[
			'files in a directory that is ignored with a star can be re-included',
			{'.gitignore': 'out/*\n!out/keep\n', ...files('out/keep', 'out/x')},
			['.gitignore', 'out/keep'],
		],
		[
			'a deeper file decides',
			{'.gitignore': '*.txt\n', 'b/.gitignore': '!*.txt\n', ...files('a.txt', 'b/a.txt', 'b/c/a.txt')},
			['.gitignore', 'b/.gitignore', 'b/a.txt', 'b/c/a.txt'],
		],
		[
			'a deeper file re-includes a directory with its contents',
			{'.gitignore': 'build\n', 'b/.gitignore': '!build\n', ...files('build/x', 'b/build/x')},
			['.gitignore', 'b/.gitignore', 'b/build/x'],
		],
		[
			'a re-included directory does not re-include files that the rule matches inside it',
			{'.gitignore': 'b*\n', 'x/.gitignore': '!b \\[1]/\n', ...files('x/b [1]/b', 'x/b [1]/c')},
			['.gitignore', 'x/.gitignore', 'x/b [1]/c'],
		],
		[
			'patterns of a deeper file are relative to its folder',
			{'b/.gitignore': '/x\n', ...files('x', 'b/x', 'b/c/x')},
			['b/.gitignore', 'b/c/x', 'x'],
		],
		[
			'double stars match across folders',
			{'.gitignore': 'a/**/z\n**/q\n', ...files('a/z', 'a/b/c/z', 'z', 'p/q')},
			['.gitignore', 'z'],
		],
		[
			'comments, escapes, case, carriage returns and a byte order mark are handled as in git',
			{'.gitignore': '\uFEFF# x\r\n\\#y\r\nUP\r\n', ...files('# x', '#y', 'UP', 'up')},
			['# x', '.gitignore', 'up'],
		],
		[
			'a folder with only ignored files is left out, and an empty one is kept',
			{'.gitignore': '*.pyc\n', ...files('__pycache__/a.pyc'), uploads: null},
			['.gitignore', 'uploads/'],
		],
		[
			'a symlink in place of .gitignore has no rules',
			{rules: 'a\n', '.gitignore': {link: 'rules'}, a: ''},
			['.gitignore -> rules', 'a', 'rules'],
		],
	];
	test.each(cases)('%s', async (_name, tree, expected) => {
		expect(await paths(makeTree(tree))).toEqual(expected.sort());
	});

	test('rules above the context root apply, from the boundary down', async () => {
		const root = makeTree({
			'.git/HEAD': '',
			'.gitignore': '*.log\n',
			'apps/.gitignore': '/web/tmp\n',
			...files('apps/web/a', 'apps/web/a.log', 'apps/web/tmp/x'),
		});
		expect(await paths(root, {path: 'apps/web'})).toEqual(['a']);
	});

	test('rules that ignore the service root or an include itself do not apply to it', async () => {
		const root = makeTree({
			'.git/HEAD': '',
			'.gitignore': 'apps/\n*.log\ngenerated\n',
			...files('apps/web/a', 'apps/web/a.log', 'apps/other/b', 'generated/code', 'generated/x.log'),
		});
		expect(await paths(root, {path: 'apps/web', build: {include: ['generated']}})).toEqual([
			'apps/web/a',
			'generated/code',
		]);
	});
});

describe('with .dockerignore,', () => {
	const tree: Tree = {Dockerfile: 'FROM scratch', a: '', 'b/a': '', 'b/c/d': '', 'e.md': '', 'b/e.md': ''};
	const cases: [string, string, string[]][] = [
		['patterns are relative to the root', 'a\n', ['.dockerignore', 'Dockerfile', 'b/a', 'b/c/d', 'b/e.md', 'e.md']],
		['a star stays in one folder', '*.md\n', ['.dockerignore', 'Dockerfile', 'a', 'b/a', 'b/c/d', 'b/e.md']],
		['double stars match across folders', '**/*.md\n', ['.dockerignore', 'Dockerfile', 'a', 'b/a', 'b/c/d']],
		['ignored files can be re-included, and the Dockerfile is always included', '*\n!b/c\n', ['Dockerfile', 'b/c/d']],
		['patterns with wildcards can re-include files', '*\n!b/**/d\n', ['Dockerfile', 'b/c/d']],
		['comments and leading slashes are ignored', '# all\n/b/\n', ['.dockerignore', 'Dockerfile', 'a', 'e.md']],
	];
	test.each(cases)('%s', async (_name, rules, expected) => {
		const root = makeTree({...tree, '.dockerignore': rules});
		expect(await paths(root, {file: 'Dockerfile'})).toEqual(expected);
	});

	test('<Dockerfile>.dockerignore takes precedence', async () => {
		const root = makeTree({Dockerfile: '', 'Dockerfile.dockerignore': 'a\n', '.dockerignore': 'b\n', a: '', b: ''});
		expect(await paths(root, {file: 'Dockerfile'})).toEqual([
			'.dockerignore',
			'Dockerfile',
			'Dockerfile.dockerignore',
			'b',
		]);
	});

	test('its rules apply to Dockerfile builds only', async () => {
		expect(await paths(makeTree({'.dockerignore': '*\n', a: ''}))).toEqual(['.dockerignore', 'a']);
	});

	test('an invalid pattern is a UserError', async () => {
		const root = makeTree({Dockerfile: '', '.dockerignore': 'a(b\n', a: ''});
		await expect(paths(root, {file: 'Dockerfile'})).rejects.toThrow(/^invalid pattern in \.dockerignore/);
	});
});

test('version control, our state and the descriptor are left out at every level', async () => {
	const root = makeTree({
		'.git/HEAD': '',
		'sub/.git': 'gitdir: x',
		'.hg/x': '',
		'a/.svn/x': '',
		'.compartment/production/state.json': '',
		'compartment.yml': '',
		'compartment.routes.yml': '',
		'a/compartment.yml': '',
		'a/b': '',
	});
	expect(await paths(root)).toEqual(['a/b', 'a/compartment.yml']);
});

test('includes widen the root, and only the named paths are included', async () => {
	const root = makeTree({
		'.git/HEAD': '',
		'package.json': '',
		'lock.yaml': '',
		'apps/web/a': '',
		'apps/api/b': '',
		'shared/ui/c': '',
		'shared/db/d': '',
	});
	const options = {directory: 'apps', path: 'web', build: {include: ['../package.json', '../shared/ui']}};
	const context = await contextOf(root, options);
	expect(context.root).toBe(root);
	expect(context.entries.map(entry => entry.path)).toEqual([
		'apps',
		'apps/web',
		'apps/web/a',
		'package.json',
		'shared',
		'shared/ui',
		'shared/ui/c',
	]);
	expect((await contextOf(root, {path: 'apps/web'})).root).toBe(`${root}/apps/web`);
});

test('with context, the context is the root and includes must be inside it', async () => {
	const root = makeTree({'api/Dockerfile': '', 'api/a': '', 'lib/b': '', 'web.Dockerfile': ''});
	expect(await paths(root, {path: 'api', context: 'lib'})).toEqual(['b']);
	await expect(paths(root, {path: 'api', context: 'api', build: {include: ['lib']}})).rejects.toThrow(
		'build.include path "lib" must lie in the context "api".',
	);
	const outside = await contextOf(root, {path: 'api', file: 'web.Dockerfile'});
	expect(outside.dockerfile).toBe('.compartment.Dockerfile');
	expect(outside.entries.map(entry => entry.path)).toEqual(['.compartment.Dockerfile', 'Dockerfile', 'a']);
});

test('only the executable bit of a mode is kept', async () => {
	const root = makeTree({a: '', b: ''});
	chmodSync(`${root}/a`, 0o600);
	chmodSync(`${root}/b`, 0o711);
	const {entries} = await contextOf(root);
	expect(entries.map(entry => entry.mode)).toEqual([0o644, 0o755]);
});

describe('symlinks', () => {
	test('inside the context root are kept unchanged', async () => {
		const root = makeTree({
			'web/a': '',
			'web/b/up': {link: '../a'},
			'web/gone': {link: 'missing'},
			'web/circle': {link: 'circle'},
		});
		expect(await paths(root, {path: 'web'})).toEqual(['a', 'b/up -> ../a', 'circle -> circle', 'gone -> missing']);
	});

	test.each([
		['relative target', '../../secret'],
		['absolute target', '/etc/passwd'],
		['absolute target inside the root', 'INSIDE'],
		['through another link inside the root', 'here/../../secret'],
		['dangling link', '../../../nothing'],
	])('that leave the context root are rejected (%s)', async (_name, link) => {
		const root = makeTree({secret: '', 'web/sub/here': {link: '.'}, 'web/a': ''});
		writeTree(root, {'web/sub/bad': {link: link === 'INSIDE' ? `${root}/web/a` : link}});
		await expect(paths(root, {path: 'web'})).rejects.toThrow(
			'Service path "web" must not include symlink entry "sub/bad".',
		);
	});

	test('are rejected if their text stays inside the context root but another link leads out', async () => {
		const root = makeTree({'x/secret': '', 'web/deep/deeper': null, 'web/jump': {link: 'deep'}});
		writeTree(root, {'web/s/bad': {link: '../jump/../../x/secret'}});
		await expect(paths(root, {path: 'web'})).rejects.toThrow('must not include symlink entry "s/bad"');
	});

	test('that are ignored may lead anywhere', async () => {
		const root = makeTree({'.gitignore': 'bad\n', bad: {link: '/etc/passwd'}});
		expect(await paths(root)).toEqual(['.gitignore']);
	});

	test('that replace a file after the walk are not followed', async () => {
		const root = makeTree({'web/a': 'mine', secret: 'not mine'});
		const context = await contextOf(root, {path: 'web'});
		rmSync(`${root}/web/a`);
		symlinkSync('../secret', `${root}/web/a`);
		await expect(hashContext(context)).rejects.toThrow('"a" changed while it was being read.');
	});

	test('that replace a folder after the walk are not followed', async () => {
		const root = makeTree({'web/d/a': 'same', 'elsewhere/a': 'size'});
		const context = await contextOf(root, {path: 'web'});
		renameSync(`${root}/web/d`, `${root}/web/old`);
		symlinkSync('../elsewhere', `${root}/web/d`);
		await expect(hashContext(context)).rejects.toThrow('"d/a" changed while it was being read.');
	});
});

test('sockets, pipes and devices are rejected unless they are ignored', async () => {
	const root = makeTree({'tmp/a': ''});
	const server = createServer().listen(`${root}/tmp/app.sock`);
	await new Promise(resolve => server.once('listening', resolve));
	onTestFinished(() => new Promise<void>(resolve => server.close(() => resolve())));
	await expect(paths(root)).rejects.toThrow(
		'Service path "." must not include "tmp/app.sock": only files, directories and symlinks',
	);
	writeFileSync(`${root}/.gitignore`, '*.sock\n');
	expect(await paths(root)).toEqual(['.gitignore', 'tmp/a']);
});

test('a name that is not UTF-8 is a UserError', async () => {
	const root = makeTree();
	mkdirSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x66, 0xff])]));
	await expect(paths(root)).rejects.toThrow('has a name that is not valid UTF-8');
});
