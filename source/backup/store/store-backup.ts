import {createHash} from 'node:crypto';
import {CancelledError, messageOf, UserError} from '../../errors.ts';
import {failpoint} from '../../failpoints.ts';
import {backedUpAddress, backedUpTitle} from '../../model/backed-up.ts';
import {encryptEach} from '../../state/age.ts';
import {appendAudit} from '../../state/audit.ts';
import type {Backup, BackupCopy} from '../../state/backup.ts';
import {fileError} from '../../state/private-file.ts';
import {ownRecipients} from '../../state/secrets.ts';
import {ensureKey} from '../../state/trust-key.ts';
import {copyIn, findBackup, patchCopy} from '../records.ts';
import {checkBackup} from '../restore.ts';
import type {Work} from '../work.ts';
import {withStore} from './open-store.ts';
import {packArtifact, packedAtMost} from './pack-artifact.ts';
import {sealManifest} from './sealed-manifest.ts';
import {type Store, StoreError} from './store.ts';
import {artifactFile, manifestFile, resourceFolder} from './store-paths.ts';
import {accessOf, placeIn} from './store-work.ts';
import {tidyStore} from './tidy-store.ts';
import {type Meter, watchTransfer} from './transfer.ts';

/** Writes the archive, then the manifest that makes it count. Returns the archive's size in bytes. */
async function write(work: Work, store: Store, backup: Backup, meter: Meter): Promise<number> {
	const {state, directory} = work.context;
	const {id, purpose, manifest, artifactLocation, size} = backup;
	const place = placeIn(work, backup.resource);
	const recipients = await ownRecipients(state.current());
	const hash = createHash('sha256');
	const sealed = meter.count(await encryptEach(packArtifact(artifactLocation!), recipients), chunk =>
		hash.update(chunk),
	);
	await store.write(artifactFile(place, id), sealed, packedAtMost(size!));
	const written = meter.bytes();
	const there = (await store.list(resourceFolder(place))).find(({path}) => path === artifactFile(place, id));
	if (there?.size !== written)
		throw new StoreError(store.name, 'refused', `it has ${there?.size ?? 0} of the ${written} bytes that were written`);
	failpoint('store.after-artifact');
	const {lineage} = place;
	const archive = {checksum: `sha256:${hash.digest('hex')}`, size: written};
	const key = ensureKey(state.current(), directory);
	const content = await sealManifest({version: 1, lineage, purpose, archive, manifest: manifest!}, recipients, key);
	const whole = (async function* () {
		yield content;
	})();
	await store.write(manifestFile(place, id), whole, content.length);
	failpoint('store.after-manifest');
	return written;
}

/** The failure of a transfer, for the record and the user. */
const failureOf = (error: unknown, path: string, signal: AbortSignal): unknown => {
	if (signal.aborted) return new CancelledError('it was cancelled');
	return (error as NodeJS.ErrnoException)?.code === undefined ? error : fileError('read', path, error);
};

/**
 * Stores a finished backup in a store, sealed for the environment's recipients (docs/rules.md, "Off-site copies"). Records the
 * outcome with the backup.
 * @throws UserError when it could not be stored; the files on this machine stay
 */
export async function storeBackup(work: Work, id: string, name: string): Promise<BackupCopy> {
	const {context, now} = work;
	const {state, secrets, signal} = context;
	const backup = findBackup(state.current(), id);
	const {resource} = backup;
	const attempts = (copyIn(backup, name)?.attempts ?? 0) + 1;
	const at = () => new Date(now()).toISOString();
	const mark = (patch: Partial<BackupCopy>) =>
		state.update(current => patchCopy(current, id, name, {...patch, at: at()}));
	const audit = (status: 'succeeded' | 'failed') => {
		const details = {backup: id, store: name};
		const warning = appendAudit(context.directory, {
			type: 'resource.backup.stored',
			status,
			target: backedUpAddress(resource),
			details,
		});
		if (warning) work.say(warning);
	};
	await mark({status: 'uploading', size: null, failureSummary: null, attempts});
	failpoint('store.after-record');
	const meter = watchTransfer(work, {work: 'upload', resource, backup: id});
	try {
		const size = await withStore(name, accessOf(work), async store => {
			await tidyStore(work, store, resource);
			const whole = copyIn(findBackup(state.current(), id), name);
			if (whole?.status === 'stored') return whole.size;
			await checkBackup(backup);
			return write(work, store, backup, meter);
		});
		const next = await mark({status: 'stored', size});
		meter.end('succeeded');
		audit('succeeded');
		return copyIn(findBackup(next, id), name)!;
	} catch (thrown) {
		const error = failureOf(thrown, backup.artifactLocation ?? id, signal);
		const failureSummary = secrets.mask(messageOf(error));
		await mark({status: 'failed', failureSummary});
		meter.end('failed');
		audit('failed');
		if (!(error instanceof UserError)) throw error;
		throw new UserError(`Backup ${id} of ${backedUpTitle(resource)} is on this machine only. ${failureSummary}`, {
			hint: error.hint,
			exitCode: error.exitCode,
			cause: error,
		});
	}
}
