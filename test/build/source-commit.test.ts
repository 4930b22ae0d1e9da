import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {readSourceCommit} from '../../source/build/source-commit.ts';

let root = '';
const git = (...args: string[]): string =>
	execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {cwd: root, encoding: 'utf8'});

beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), 'compartment-commit-'));
	for (const name of ['web', 'api']) {
		mkdirSync(join(root, name));
		writeFileSync(join(root, name, 'main.js'), name);
	}
});
afterEach(() => rmSync(root, {recursive: true, force: true}));

const commit = (): string => {
	git('init', '--quiet');
	git('add', '.');
	git('commit', '--quiet', '-m', 'first');
	return git('rev-parse', '--short=7', 'HEAD').trim();
};

it('readSourceCommit returns the commit, and notes when files below the path differ from it', async () => {
	const head = commit();
	expect(await readSourceCommit(join(root, 'web'))).toBe(head);
	writeFileSync(join(root, 'web', 'new.js'), 'new');
	expect(await readSourceCommit(join(root, 'web'))).toBe(`${head} + changes`);
	expect(await readSourceCommit(join(root, 'api'))).toBe(head);
	git('pack-refs', '--all');
	expect(await readSourceCommit(join(root, 'api'))).toBe(head);
});

it('readSourceCommit returns undefined outside a worktree and before the first commit', async () => {
	expect(await readSourceCommit(join(root, 'web'))).toBeUndefined();
	git('init', '--quiet');
	expect(await readSourceCommit(join(root, 'web'))).toBeUndefined();
});

it('readSourceCommit works in a linked worktree', async () => {
	const head = commit();
	git('worktree', 'add', '--quiet', join(root, 'linked'));
	expect(await readSourceCommit(join(root, 'linked', 'web'))).toBe(head);
});

it('readSourceCommit runs no program that the repository configures', async () => {
	const head = commit();
	const mark = join(root, 'ran');
	git('config', 'core.fsmonitor', `touch ${mark}; false`);
	git('config', 'filter.x.clean', `touch ${mark}; cat`);
	writeFileSync(join(root, '.gitattributes'), '* filter=x\n');
	writeFileSync(join(root, 'web', 'main.js'), 'changed');
	expect(await readSourceCommit(join(root, 'web'))).toBe(`${head} + changes`);
	expect(existsSync(mark)).toBe(false);
});
