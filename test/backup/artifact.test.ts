import {mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {
	artifactPath,
	artifactsIn,
	checkArtifact,
	makeArtifact,
	removeArtifact,
	sealArtifact,
	writeManifest,
} from '../../source/backup/artifact.ts';
import type {BackupManifest} from '../../source/state/backup.ts';
import {temporaryDirectory} from '../state/fixtures.ts';

const id = 'rbak_test';

/** A backup with files in it, in a folder that does not exist yet. */
function written(files: Readonly<Record<string, string>>) {
	const root = join(temporaryDirectory(), 'somewhere/backups');
	const path = makeArtifact(root, id);
	for (const [name, content] of Object.entries(files)) {
		mkdirSync(join(path, name, '..'), {recursive: true});
		writeFileSync(join(path, name), content, {mode: 0o644});
	}
	return {root, path};
}

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe('a sealed backup', () => {
	it('is private, and has a size and a checksum', async () => {
		const {root, path} = written({'a.sql': 'one', 'below/b.sql': 'three'});
		const sealed = await sealArtifact(path);
		expect(sealed.size).toBe(8);
		expect(sealed.checksum).toMatch(/^sha256:[0-9a-f]{64}$/);
		expect(['', 'below', 'a.sql', 'below/b.sql'].map(name => modeOf(join(path, name)))).toEqual([
			'700',
			'700',
			'600',
			'600',
		]);
		expect(modeOf(root)).toBe('700');
		await checkArtifact(id, path, sealed);
	});

	it('has the same checksum in any folder', async () => {
		const files = {'a.sql': 'one', 'below/b.sql': 'three'};
		expect(await sealArtifact(written(files).path)).toEqual(await sealArtifact(written(files).path));
	});

	it.each<[string, (path: string) => void]>([
		['a changed byte', path => writeFileSync(join(path, 'a.sql'), 'One')],
		['a file more', path => writeFileSync(join(path, 'c.sql'), '')],
		['a file less', path => rmSync(join(path, 'below/b.sql'))],
		['another name', path => renameSync(join(path, 'a.sql'), join(path, 'b.sql'))],
		[
			'a link in place of a file',
			path => {
				renameSync(join(path, 'a.sql'), join(path, '../a.sql'));
				symlinkSync('../a.sql', join(path, 'a.sql'));
			},
		],
	])('is refused after %s', async (_, change) => {
		const {path} = written({'a.sql': 'one', 'below/b.sql': 'three'});
		const sealed = await sealArtifact(path);
		change(path);
		await expect(checkArtifact(id, path, sealed)).rejects.toThrow('Backup rbak_test is damaged');
	});

	it('is refused when its files are missing', async () => {
		const {root, path} = written({'a.sql': 'one'});
		const sealed = await sealArtifact(path);
		expect(artifactsIn(root)).toEqual([id]);
		removeArtifact(root, id);
		expect(artifactsIn(root)).toEqual([]);
		await expect(checkArtifact(id, path, sealed)).rejects.toThrow('The files of backup rbak_test are gone');
	});
});

it.each<Record<string, string>>([{}, {'empty.sql': ''}])('%j is no backup', async files => {
	await expect(sealArtifact(written(files).path)).rejects.toThrow('the backup command wrote nothing to /backup');
});

it('a missing folder has no backups', () => {
	expect(artifactsIn('/nowhere/at/all')).toEqual([]);
});

it('the manifest is beside the files, outside the folder that a command sees', () => {
	const {root, path} = written({'a.sql': 'one'});
	writeManifest(root, {backupId: id, resource: 'db'} as BackupManifest);
	const file = join(path, '../manifest.json');
	expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({backupId: id, resource: 'db'});
	expect(modeOf(file)).toBe('600');
	expect(artifactPath(root, id)).toBe(path);
});
