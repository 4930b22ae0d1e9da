import {execFileSync} from 'node:child_process';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {readContext} from '../../source/build/context.ts';
import {selectSource} from '../../source/build/select-source.ts';
import {makeService, makeTree} from './tree.ts';

const name = fc.constantFrom('a', 'out', 'x.log', 'y.txt');
const directory = fc.constantFrom('', 'a/', 'a/', 'a/out/', 'a/out/', 'a/out/a/', 'out/', 'out/a/');
const pattern = fc.constantFrom(
	'a',
	'/a',
	'out/',
	'a/out',
	'*.log',
	'/*',
	'*',
	'a/*',
	'a/**',
	'**/out',
	'a/**/x.log',
	'o?t',
	'[ab]',
	'x.l\\og',
	'*/',
);
// Few names, so that one file often re-includes what another ignored.
const rule = fc
	.tuple(fc.constantFrom('', '!'), fc.oneof({weight: 2, arbitrary: fc.constantFrom('a', 'out', 'out/')}, pattern))
	.map(parts => parts.join(''));

test('the context has exactly the files that git does not ignore', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.tuple(directory, name), {minLength: 1, maxLength: 12}),
			fc.array(fc.tuple(directory, fc.array(rule, {minLength: 1, maxLength: 4})), {maxLength: 3}),
			async (files, rules) => {
				// One path may be a folder of another; write only those that are not folders.
				const paths = files.map(([folder, file]) => folder + file);
				const folders = [...paths, ...rules.map(([folder]) => folder)];
				const isFolder = (path: string) => folders.some(other => other.startsWith(`${path}/`));
				const tree = Object.fromEntries(paths.filter(path => !isFolder(path)).map(path => [path, '']));
				const ignores = Object.fromEntries(
					rules.map(([folder, lines]) => [`${folder}.gitignore`, `${lines.join('\n')}\n`]),
				);
				const root = makeTree({...tree, ...ignores});
				const git = (...args: string[]) => execFileSync('git', args, {cwd: root, encoding: 'utf8'});
				git('init', '--quiet');
				const listed = git('-c', 'core.excludesFile=', 'ls-files', '--others', '--exclude-standard', '-z');
				const {entries} = await readContext(await selectSource({directory: root}, makeService()));
				const taken = entries.filter(({type}) => type === 'file').map(({path}) => path);
				expect(taken).toEqual(listed.split('\0').filter(Boolean).sort());
			},
		),
		{numRuns: 100},
	);
}, 60_000);
