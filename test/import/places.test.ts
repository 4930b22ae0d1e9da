import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {importFile} from '../../source/import/import-file.ts';
import {openImport} from '../../source/import/open-import.ts';

const web = 'services: {web: {image: a, ports: [80], environment: {A: "$A"}}}\n';

let base: string;
let folder: string;

beforeEach(() => {
	base = mkdtempSync(join(tmpdir(), 'compartment-import-'));
	folder = join(base, 'app');
	mkdirSync(folder);
	writeFileSync(join(base, 'outside.yaml'), 'services: {stolen: {image: b}}\nx-key: hunter2\n');
	writeFileSync(join(base, 'outside.env'), 'A=hunter2\n');
});

afterEach(() => rmSync(base, {recursive: true}));

function write(path: string, content: string): void {
	mkdirSync(dirname(join(folder, path)), {recursive: true});
	writeFileSync(join(folder, path), content);
}

async function importAt(file = 'compose.yaml') {
	const {bytes, read, ascent, ...place} = await openImport(join(folder, file));
	return importFile({file: place.file, bytes, read, ascent, folderName: 'app', profiles: []});
}

const outside = 'is outside of this folder and its repository';

it.each([
	['an include', 'link.yaml', 'include: [link.yaml]\n', 'compose.yaml:1:11 include[0]: names link.yaml'],
	[
		'an env_file',
		'link.env',
		'services: {db: {image: a, env_file: link.env}}',
		'compose.yaml:1:37 services.db.env_file',
	],
	[
		'a file that a service extends',
		'link.yaml',
		'services: {db: {extends: {file: link.yaml, service: stolen}}}',
		'compose.yaml:1:33 services.db.extends.file: names link.yaml',
	],
	['.env', '.env', web, '.env: '],
	['an override', 'compose.override.yaml', web, 'compose.override.yaml: '],
])('%s that is a symlink out of the folder is refused with its place', async (_what, link, text, place) => {
	write('compose.yaml', text);
	symlinkSync(link.endsWith('.env') ? '../outside.env' : '../outside.yaml', join(folder, link));
	const {message} = await importAt().then(
		() => ({message: 'it was imported'}),
		(error: Error) => error,
	);
	expect(message).toContain(place);
	expect(message).toContain(outside);
	expect(message).not.toContain('hunter2');
});

it('a folder that is a symlink out of the repository leads nowhere', async () => {
	symlinkSync('..', join(folder, 'up'));
	write('compose.yaml', `include: [up/outside.yaml]\n${web}`);
	await expect(importAt()).rejects.toThrow(outside);
});

it('a symlink inside the folder is followed', async () => {
	write('compose.yaml', `include: [link.yaml]\n${web}`);
	write('parts/db.yaml', 'services: {worker: {image: b}}\n');
	symlinkSync('parts/db.yaml', join(folder, 'link.yaml'));
	expect(Object.keys((await importAt()).descriptor['services'] as object)).toEqual(['web', 'worker']);
});

it('symlinks that form a loop, and a link to nothing, are refused with the place of their name', async () => {
	symlinkSync('b.yaml', join(folder, 'a.yaml'));
	symlinkSync('a.yaml', join(folder, 'b.yaml'));
	symlinkSync('gone', join(folder, 'c.yaml'));
	for (const [name, why] of [
		['a.yaml', 'its symbolic links form a loop'],
		['c.yaml', 'was not found'],
	]) {
		write('compose.yaml', `include: [${name}]\n${web}`);
		await expect(importAt()).rejects.toThrow(`compose.yaml:1:11 include[0]: names ${name}, which`);
		await expect(importAt()).rejects.toThrow(why);
	}
});

it('what is no file is refused and does not block', async () => {
	execFileSync('mkfifo', [join(folder, 'pipe.yaml')]);
	mkdirSync(join(folder, 'compose.override.yaml'));
	await expect(importAt('pipe.yaml')).rejects.toThrow('pipe.yaml: cannot be read: it is not a regular file');
	write('compose.yaml', web);
	await expect(importAt()).rejects.toThrow('compose.override.yaml: cannot be read: it is a directory');
});

it('a file of more than a megabyte is refused before it is parsed', async () => {
	write('compose.yaml', `${web}# ${'x'.repeat(1024 * 1024)}\n`);
	await expect(importAt()).rejects.toThrow('compose.yaml: must be at most 1 MB');
	write('compose.yaml', `include: [big.yaml]\n${web}`);
	write('big.yaml', `${web}# ${'x'.repeat(1024 * 1024)}\n`);
	await expect(importAt()).rejects.toThrow('compose.yaml:1:11 include[0]: names big.yaml, which must be at most 1 MB');
});
