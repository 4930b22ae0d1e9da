import {mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {expect, onTestFinished, test} from 'vitest';
import {watchProject} from '../../source/dev/watch-project.ts';
import {createWatcher} from '../../source/dev/watcher.ts';
import {makeService, makeTree, type Tree} from '../build/tree.ts';

async function watchTree(tree: Tree) {
	const root = makeTree(tree);
	const changed: string[] = [];
	const watcher = createWatcher({onChange: path => changed.push(path.slice(root.length + 1))});
	onTestFinished(watcher.close);
	const project = {directory: root, services: [makeService({path: 'web'})]};
	const look = () => watchProject(watcher, project);
	await look();
	return {
		root,
		look,
		watcher,
		/** What was reported since the last call. */
		async reported() {
			await pause(120);
			return [...new Set(changed.splice(0))].sort();
		},
		write: (path: string, text = 'x') => writeFileSync(join(root, path), text),
	};
}

const source: Tree = {
	'compartment.yml': 'name: shop\n',
	'.gitignore': 'node_modules\n*.log\n',
	'web/Dockerfile': 'FROM scratch\nCOPY . .\n',
	'web/.dockerignore': 'docs\n',
	'web/a.ts': 'a',
	'web/src/b.ts': 'b',
	'web/docs/c.md': 'c',
	'web/node_modules/d/e.js': 'd',
	'notes.txt': 'n',
};

test('only what a build reads is reported, and the two files of the project', async () => {
	const {write, reported, watcher} = await watchTree(source);
	for (const path of ['web/docs/c.md', 'web/node_modules/d/e.js', 'web/run.log', 'notes.txt']) write(path);
	// A name that nobody has seen yet may count; the plan then finds nothing.
	expect((await reported()).filter(path => path !== 'web/run.log')).toEqual([]);
	write('web/src/b.ts');
	expect(await reported()).toEqual(['web/src/b.ts']);
	write('compartment.yml');
	write('compartment.routes.yml');
	expect(await reported()).toEqual(['compartment.routes.yml', 'compartment.yml']);
	write('web/.dockerignore', '');
	write('.gitignore', '');
	expect(await reported()).toEqual(['.gitignore', 'web/.dockerignore']);
	// The folders of the project, of the service and of its source: one watch each, none for files.
	expect(watcher.count()).toBe(3);
});

test('an editor that replaces a file by a rename is seen, and what it leaves beside the file is not', async () => {
	const {root, write, reported} = await watchTree(source);
	for (const trace of ['web/4913', 'web/.a.ts.swp', 'web/a.ts~', 'web/.#a.ts']) write(trace);
	expect(await reported()).toEqual([]);
	write('web/a.ts.new');
	renameSync(join(root, 'web/a.ts.new'), join(root, 'web/a.ts'));
	expect(await reported()).toContain('web/a.ts');
	write('web/a.ts', 'again');
	expect(await reported()).toEqual(['web/a.ts']);
});

test('new folders are watched as deep as they go, removed ones are forgotten, and one made again is watched anew', async () => {
	const {root, write, reported, look, watcher} = await watchTree(source);
	mkdirSync(join(root, 'web/new/deep'), {recursive: true});
	write('web/new/deep/f.ts');
	expect(await reported()).toContain('web/new');
	await look();
	write('web/new/deep/f.ts', 'later');
	expect(await reported()).toEqual(['web/new/deep/f.ts']);
	rmSync(join(root, 'web/new'), {recursive: true});
	expect(await reported()).toContain('web/new');
	await look();
	expect(watcher.count()).toBe(3);
	rmSync(join(root, 'web/src'), {recursive: true});
	mkdirSync(join(root, 'web/src'));
	await reported();
	await look();
	write('web/src/b.ts');
	expect(await reported()).toEqual(['web/src/b.ts']);
});

test('the whole source may be removed and come back', async () => {
	const {root, write, reported, look} = await watchTree(source);
	renameSync(join(root, 'web'), join(root, 'away'));
	expect(await reported()).toContain('web');
	await look();
	renameSync(join(root, 'away'), join(root, 'web'));
	expect(await reported()).toContain('web');
	await look();
	write('web/a.ts', 'back');
	expect(await reported()).toEqual(['web/a.ts']);
});

test('five hundred files at once, and a symlink that leads out of the context, are reported and harm nothing', async () => {
	const {root, write, reported, look} = await watchTree(source);
	for (let index = 0; index < 500; index++) write(`web/src/file-${index}.ts`);
	expect((await reported()).length).toBe(500);
	symlinkSync('/etc/passwd', join(root, 'web/passwd'));
	expect(await reported()).toEqual(['web/passwd']);
	await look();
	write('web/a.ts', 'still watched');
	expect(await reported()).toContain('web/a.ts');
});

test('a limit of the system is named, with the command that raises it', async () => {
	const folders = new Map([[makeTree({a: 'a'}), () => true]]);
	const failing = (code: string) =>
		createWatcher({
			onChange: () => undefined,
			watch: () => {
				throw Object.assign(new Error(code), {code});
			},
		});
	expect(() => failing('ENOSPC').update(folders)).toThrow('This system watches no more folders: 1 are needed');
	expect(() => failing('EMFILE').update(folders)).toThrow('This process may open no more files (EMFILE)');
	try {
		failing('ENOSPC').update(folders);
	} catch (error) {
		expect(error).toMatchObject({hint: expect.stringContaining('sudo sysctl fs.inotify.max_user_watches=')});
	}
	expect(failing('ENOENT').update(folders)).toBe(false);
});
