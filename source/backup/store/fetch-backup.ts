import {createHash} from 'node:crypto';
import {CancelledError, messageOf} from '../../errors.ts';
import {failpoint} from '../../failpoints.ts';
import type {Backup} from '../../state/backup.ts';
import {identityOfLineage} from '../../state/identity.ts';
import {newOpId} from '../../state/journal.ts';
import {fileError} from '../../state/private-file.ts';
import {
	adoptFetched,
	artifactPath,
	fetchingId,
	makeArtifact,
	removeArtifact,
	sealArtifact,
	writeManifest,
} from '../artifact.ts';
import {findBackup, patchCopy, withBackup} from '../records.ts';
import type {Work} from '../work.ts';
import {withStore} from './open-store.ts';
import {DamagedBackup, type Store, StoreError} from './store.ts';
import {accessOf} from './store-work.ts';
import {findStored, type ReadableBackup} from './stored-backups.ts';
import {watchTransfer} from './transfer.ts';
import {unpackArtifact} from './unpack-artifact.ts';

/** The failure of reading what a store holds: its own, one of this machine's disk, or content that is not what was written. */
function failureOf(error: unknown, store: string, id: string, path: string): unknown {
	if (error instanceof StoreError) return error;
	const {code, syscall} = error as NodeJS.ErrnoException;
	if (code !== undefined && syscall !== undefined) return fileError('write', path, error);
	return new DamagedBackup(store, id, messageOf(error), error);
}

/** Downloads a backup into an empty folder, and compares it with its manifest. */
async function download(work: Work, store: Store, {stored, files}: ReadableBackup, path: string): Promise<void> {
	const {signal} = work.context;
	const {id, lineage, resource} = files;
	const {archive, manifest} = stored;
	const identity = await identityOfLineage(lineage);
	const meter = watchTransfer(work, {work: 'download', resource, backup: id});
	const hash = createHash('sha256');
	let isGood = false;
	try {
		const content = meter.count(await store.read(files.artifact.path), chunk => hash.update(chunk));
		await unpackArtifact(await identity.decryptEach(content), path);
		if (`sha256:${hash.digest('hex')}` !== archive.checksum) throw new Error('it is not the archive of its manifest');
		const {checksum} = await sealArtifact(path);
		if (checksum !== manifest.checksum) throw new Error('its files are not those of its manifest');
		isGood = true;
	} catch (error) {
		if (signal.aborted) throw new CancelledError('it was cancelled');
		throw failureOf(error, store.name, id, path);
	} finally {
		meter.end(isGood ? 'succeeded' : 'failed');
	}
}

/** Refuses another backup under the id of one that was made here. */
function assertSame(known: Backup | undefined, {stored, files}: ReadableBackup, store: string): void {
	if (known?.manifest && known.manifest.checksum !== stored.manifest.checksum)
		throw new DamagedBackup(store, files.id, 'it is not the one that was made here');
}

const knownBackup = ({context}: Work, id: string): Backup | undefined =>
	context.state.current().backups.find(backup => backup.id === id);

/** A backup of a store as a record of this environment. @param location of its files on this machine */
export function recordOf({stored, files}: ReadableBackup, location: string): Backup {
	const {manifest, purpose, lineage} = stored;
	return {
		id: files.id,
		resource: files.resource,
		purpose,
		status: 'succeeded',
		createdAt: manifest.createdAt,
		completedAt: manifest.createdAt,
		artifactLocation: location,
		checksum: manifest.checksum,
		size: manifest.size,
		failureSummary: null,
		retentionDeletedAt: null,
		retentionReason: null,
		manifest: {...manifest, lineage, artifactLocation: location},
		verification: null,
		op: newOpId(),
	};
}

/**
 * Fetches the files of a backup from a store for as long as a function works with them.
 * @param run gets their folder
 */
export async function withFetched<Result>(
	work: Work,
	name: string,
	id: string,
	run: (path: string) => Promise<Result>,
): Promise<Result> {
	const {lineage} = work.context.plan;
	const fetching = fetchingId(lineage, id);
	try {
		const path = await withStore(name, accessOf(work), async store => {
			const found = await findStored(store, work.context.plan, id);
			assertSame(knownBackup(work, id), found, name);
			const folder = makeArtifact(work.root, fetching);
			await download(work, store, found, folder);
			return folder;
		});
		return await run(path);
	} finally {
		removeArtifact(work.root, fetching);
	}
}

/**
 * Brings a backup from a store back to this machine, where it is a backup of the environment again
 * (docs/rules.md, "Restore from a store").
 */
export async function fetchBackup(work: Work, name: string, id: string): Promise<Backup> {
	const {state, plan} = work.context;
	return withStore(name, accessOf(work), async store => {
		const found = await findStored(store, plan, id);
		const known = knownBackup(work, id);
		assertSame(known, found, name);
		const fetching = fetchingId(plan.lineage, id);
		removeArtifact(work.root, fetching);
		try {
			await download(work, store, found, makeArtifact(work.root, fetching));
		} catch (error) {
			removeArtifact(work.root, fetching);
			throw error;
		}
		adoptFetched(work.root, plan.lineage, id);
		const record = recordOf(found, artifactPath(work.root, id));
		writeManifest(work.root, record.manifest!);
		failpoint('store.after-fetch');
		const {artifactLocation, status} = record;
		const copy = {status: 'stored', at: new Date(work.now()).toISOString(), size: found.files.artifact.size} as const;
		const next = await state.update(current => {
			const kept = known && {...known, status, artifactLocation, retentionDeletedAt: null, retentionReason: null};
			return patchCopy(withBackup(current, kept ?? record), id, name, copy);
		});
		return findBackup(next, id);
	});
}
