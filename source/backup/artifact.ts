import {createHash} from 'node:crypto';
import {chmodSync, mkdirSync, readdirSync, renameSync, rmSync} from 'node:fs';
import {chmod, lstat, open, readdir, readlink} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import type {BackupManifest} from '../state/backup.ts';
import {
	codeOf,
	fileError,
	makePrivateDirectory,
	privateDirectoryMode,
	privateFileMode,
	replacePrivateFile,
	syncDirectory,
} from '../state/private-file.ts';

/** Checksum and size of a finished backup. */
export type Sealed = {readonly checksum: string; readonly size: number};

const folderOf = (root: string, id: string): string => join(root, id);

/** Folder of a backup's files. */
export const artifactPath = (root: string, id: string): string => join(folderOf(root, id), 'artifact');

/** Makes an empty folder for a backup, which only this user can enter. */
export function makeArtifact(root: string, id: string): string {
	const path = artifactPath(root, id);
	try {
		mkdirSync(dirname(root), {recursive: true});
		for (const folder of [root, folderOf(root, id), path]) makePrivateDirectory(folder);
		syncDirectory(root);
	} catch (error) {
		throw fileError('make the folder', path, error);
	}
	return path;
}

/** Deletes a backup's files and its manifest. */
export function removeArtifact(root: string, id: string): void {
	try {
		rmSync(folderOf(root, id), {recursive: true, force: true});
	} catch (error) {
		throw fileError('remove', folderOf(root, id), error);
	}
}

/** Ids of the backups that have files in a folder. */
export const artifactsIn = (root: string): string[] => namesBelow(root).filter(name => name.startsWith('rbak_'));

function namesBelow(root: string): string[] {
	try {
		return readdirSync(root);
	} catch (error) {
		if (codeOf(error) === 'ENOENT') return [];
		throw fileError('read the folder', root, error);
	}
}

/** Folder of a backup while it is fetched from a store. Others use the same root, so it has the lineage. */
export const fetchingId = (lineage: string, id: string): string => `fetching-${lineage}-${id}`;

/** Makes what was fetched the files of a backup, instead of those that are there. */
export function adoptFetched(root: string, lineage: string, id: string): void {
	removeArtifact(root, id);
	try {
		renameSync(folderOf(root, fetchingId(lineage, id)), folderOf(root, id));
		syncDirectory(root);
	} catch (error) {
		throw fileError('rename', folderOf(root, fetchingId(lineage, id)), error);
	}
}

/** Deletes what interrupted commands of an environment have fetched. */
export function removeFetching(root: string, lineage: string): void {
	for (const name of namesBelow(root)) if (name.startsWith(fetchingId(lineage, ''))) removeArtifact(root, name);
}

/** Something in a backup's folder. Of a file, with its size in bytes. */
export type Found = {readonly path: string; readonly kind: 'file' | 'folder' | 'link'; readonly size: number};

/** Everything in a backup's folder, sorted, a folder before its files. */
export async function listArtifact(root: string, below = ''): Promise<Found[]> {
	const entries = await readdir(join(root, below), {withFileTypes: true});
	const found: Found[] = [];
	for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
		const path = join(below, entry.name);
		if (entry.isDirectory()) found.push({path, kind: 'folder', size: 0}, ...(await listArtifact(root, path)));
		else if (entry.isSymbolicLink()) found.push({path, kind: 'link', size: 0});
		else if (entry.isFile()) found.push({path, kind: 'file', size: (await lstat(join(root, path))).size});
		else throw new UserError(`the backup contains ${path}, which is not a file, a folder or a link`);
	}
	return found;
}

type Reading = {
	/** Also sync the files to disk, and close them to other users. */
	readonly isSealing: boolean;
};

/** Reads every file once. Folders are synced after their files. */
async function read(root: string, {isSealing}: Reading): Promise<Sealed> {
	const hash = createHash('sha256');
	let size = 0;
	const found = await listArtifact(root);
	for (const {path, kind, ...entry} of found) {
		hash.update(`${kind}\0${path}\0${entry.size}\0`);
		if (kind === 'link') hash.update(await readlink(join(root, path)));
		if (kind !== 'file') continue;
		if (isSealing) await chmod(join(root, path), privateFileMode);
		const file = await open(join(root, path), 'r');
		try {
			for await (const chunk of file.createReadStream({autoClose: false, highWaterMark: 1 << 20})) {
				hash.update(chunk as Buffer);
				size += (chunk as Buffer).length;
			}
			if (isSealing) await file.sync();
		} finally {
			await file.close();
		}
	}
	if (isSealing)
		for (const folder of ['', ...found.filter(({kind}) => kind === 'folder').map(({path}) => path)].reverse()) {
			chmodSync(join(root, folder), privateDirectoryMode);
			syncDirectory(join(root, folder));
		}
	return {checksum: `sha256:${hash.digest('hex')}`, size};
}

/**
 * Syncs a backup's files to disk, closes them to other users, and returns their checksum and size.
 * @throws UserError when the command wrote nothing
 */
export async function sealArtifact(path: string): Promise<Sealed> {
	let sealed: Sealed;
	try {
		sealed = await read(path, {isSealing: true});
	} catch (error) {
		throw fileError('finish the backup in', path, error);
	}
	if (sealed.size === 0) throw new UserError('the backup command wrote nothing to /backup');
	return sealed;
}

/** Writes the manifest beside the files. */
export function writeManifest(root: string, manifest: BackupManifest): void {
	const path = join(folderOf(root, manifest.backupId), 'manifest.json');
	try {
		replacePrivateFile(path, `${JSON.stringify(manifest, null, '\t')}\n`);
		syncDirectory(root);
	} catch (error) {
		throw fileError('write', path, error);
	}
}

/** Verifies that a backup's files have not changed. @throws UserError when they have, or are missing */
export async function checkArtifact(id: string, path: string, {checksum, size}: Sealed): Promise<void> {
	let found: Sealed;
	try {
		found = await read(path, {isSealing: false});
	} catch (error) {
		if (codeOf(error) !== 'ENOENT') throw fileError('read', path, error);
		throw new UserError(`The files of backup ${id} are gone: ${path} is missing.`, {
			hint: hint`Restore the files, or use another backup: ${command('resource backup list', '--resource', 'NAME')}`,
		});
	}
	if (found.checksum === checksum) return;
	const why = found.size === size ? 'its content changed' : `it now has ${found.size} bytes instead of ${size}`;
	throw new UserError(`Backup ${id} is damaged: ${why}.`, {
		hint: hint`Use another backup: ${command('resource backup list', '--resource', 'NAME')}`,
	});
}
