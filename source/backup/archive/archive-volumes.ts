import {createReadStream} from 'node:fs';
import {open} from 'node:fs/promises';
import {join} from 'node:path';
import {eachLine} from '../../engine/each-line.ts';
import {observeOwn} from '../../engine/own-engine.ts';
import {CancelledError, messageOf, UserError} from '../../errors.ts';
import {failpoint} from '../../failpoints.ts';
import {labels} from '../../model/labels.ts';
import {newOpId} from '../../state/journal.ts';
import {fileError, privateFileMode} from '../../state/private-file.ts';
import type {WorkEvent} from '../events.ts';
import {inPieces} from '../unpack-folder.ts';
import {watchProgress} from '../watch-progress.ts';
import type {Work} from '../work.ts';
import {checkedArchive} from './check-archive.ts';
import {
	type MountedVolume,
	operationLabels,
	type VolumeOperation,
	volumesFolder,
	withVolumes,
} from './volume-container.ts';

/** The only file of such a backup. It is never unpacked on this machine. */
const archivePath = (artifact: string): string => join(artifact, 'volumes.tar');

/** What an archive of volumes has. Its paths begin with the folder in which they are mounted. */
const expected = (handles: readonly string[]) => ({root: volumesFolder.slice(1), handles});

/** Reads the folder with its name: only below `/` does the engine accept links that lead out of a volume. */
const readFrom = ({context: {engine, signal}}: Work, containerId: string): AsyncIterable<Uint8Array> =>
	engine.readArchive(containerId, volumesFolder, signal, {hasName: true});

const writeTo = ({context: {engine, signal}}: Work, containerId: string, archive: AsyncIterable<Uint8Array>) =>
	engine.writeArchive(containerId, '/', archive, signal);

const eventOf = (work: WorkEvent['work'], {subject, backup}: VolumeOperation) => ({
	work,
	resource: subject.name,
	backup,
});

async function* counted(content: AsyncIterable<Uint8Array>, onBytes: (bytes: number) => void) {
	let bytes = 0;
	for await (const chunk of content) {
		bytes += chunk.length;
		onBytes(bytes);
		yield chunk;
	}
}

/** A cancel, the engine's own failure, one of this machine's disk, or an archive that is none. */
function failureOf(error: unknown, {context: {signal}}: Work, path: string): unknown {
	if (signal.aborted) return new CancelledError('it was cancelled');
	if (error instanceof UserError) return error;
	if ((error as NodeJS.ErrnoException).syscall !== undefined) return fileError('use', path, error);
	return new UserError(`${path} is not a complete archive: ${messageOf(error)}`, {cause: error});
}

async function writeFile(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
	const file = await open(path, 'wx', privateFileMode);
	try {
		for await (const piece of inPieces(content)) await file.writeFile(piece);
	} finally {
		await file.close();
	}
}

const readFile = (artifact: string): AsyncIterable<Uint8Array> =>
	createReadStream(archivePath(artifact), {highWaterMark: 1 << 20});

/** Reads volumes into an archive in an empty folder, piece by piece. */
export async function archiveVolumes(
	work: Work,
	operation: VolumeOperation,
	volumes: readonly MountedVolume[],
	artifact: string,
): Promise<void> {
	const progress = watchProgress(work, eventOf('backup', operation), 0);
	try {
		await withVolumes(work, operation, volumes, async containerId => {
			failpoint('backup.before-transfer');
			const archive = counted(readFrom(work, containerId), progress.set);
			const handles = volumes.map(({handle}) => handle);
			await writeFile(archivePath(artifact), checkedArchive(archive, expected(handles)));
		});
	} catch (error) {
		throw failureOf(error, work, archivePath(artifact));
	} finally {
		progress.end();
	}
}

/** Reads all of an archive before anything is changed. Returns its digest. @throws UserError that says what is wrong with it */
async function digestOf(work: Work, content: AsyncIterable<Uint8Array>, handles: readonly string[], path: string) {
	let digest = '';
	try {
		for await (const _ of checkedArchive(content, expected(handles), found => {
			digest = found;
		}));
	} catch (error) {
		throw failureOf(error, work, path);
	}
	return digest;
}

/** Checks the archive of a backup. @returns the hash of what it contains */
export const checkVolumes = (work: Work, handles: readonly string[], artifact: string): Promise<string> =>
	digestOf(work, readFile(artifact), handles, archivePath(artifact));

/** Runs the container, whose program empties its volumes. */
async function empty({context: {engine, signal}}: Work, containerId: string): Promise<void> {
	await engine.start(containerId);
	const exitCode = await engine.wait(containerId, signal);
	if (exitCode === 0) return;
	const said: string[] = [];
	for await (const {text} of eachLine(engine.logs(containerId, {tail: 10}))) said.push(text);
	throw new UserError([`the volume cannot be emptied: it exited with ${exitCode}`, ...said].join('\n'));
}

/** Replaces what is in volumes by an archive that was checked. Nothing may run on them. */
export async function restoreVolumes(
	work: Work,
	operation: VolumeOperation,
	volumes: readonly MountedVolume[],
	artifact: string,
): Promise<void> {
	const progress = watchProgress(work, eventOf('restore', operation), 0);
	try {
		await withVolumes(work, operation, volumes, async containerId => {
			await empty(work, containerId);
			failpoint('restore.after-empty');
			await writeTo(work, containerId, counted(readFile(artifact), progress.set));
		});
	} catch (error) {
		throw failureOf(error, work, archivePath(artifact));
	} finally {
		progress.end();
	}
}

/**
 * Restores an archive into new volumes, reads them again, and compares. Always removes the volumes.
 * @throws UserError when it cannot be restored, or something else comes back
 */
export async function tryVolumes(
	work: Work,
	{subject, backup}: Pick<VolumeOperation, 'subject' | 'backup'>,
	handles: readonly string[],
	artifact: string,
): Promise<void> {
	const {engine, state} = work.context;
	const operation: VolumeOperation = {kind: 'verify', subject, backup, op: newOpId()};
	const volumes = handles.map(handle => ({handle, name: `${subject.containerName}.verify.${backup}.${handle}`}));
	const wanted = await checkVolumes(work, handles, artifact);
	try {
		for (const {name} of volumes) await engine.createVolume(name, operationLabels(work, operation));
		await withVolumes(work, operation, volumes, async containerId => {
			await writeTo(work, containerId, readFile(artifact));
			const found = await digestOf(work, readFrom(work, containerId), handles, volumesFolder);
			if (found !== wanted) throw new UserError('what was restored differs from the backup');
		});
	} finally {
		const made = await observeOwn(engine, state.current(), {[labels.op]: operation.op});
		for (const {name} of made.volumes) await engine.removeVolume(name);
	}
}
