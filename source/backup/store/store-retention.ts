import {messageOf} from '../../errors.ts';
import {failpoint} from '../../failpoints.ts';
import {resourceOf} from '../create.ts';
import {backupsOf, copyIn, patchCopy} from '../records.ts';
import {type Expired, expiredBackups} from '../retention.ts';
import type {Work} from '../work.ts';
import {withStore} from './open-store.ts';
import {type Store, StoreError} from './store.ts';
import {type CompleteFiles, groupFiles, isComplete, resourceFolder} from './store-paths.ts';
import {accessOf, placeIn} from './store-work.ts';

/** The backups of a resource that this environment recorded in a store, and that are in fact there. */
async function listOwn(work: Work, store: Store, name: string) {
	const place = placeIn(work, name);
	const files = groupFiles(place, await store.list(resourceFolder(place)));
	const complete = new Map<string, CompleteFiles>(files.filter(isComplete).map(each => [each.id, each]));
	return backupsOf(work.context.state.current(), name).flatMap(backup => {
		const there = copyIn(backup, store.name)?.status === 'stored' ? complete.get(backup.id) : undefined;
		return there ? {backup, files: there} : [];
	});
}

async function removeExpired(work: Work, store: Store, name: string, now: Date): Promise<readonly Expired[]> {
	const {state} = work.context;
	const retention = resourceOf(work, name).operations.backup?.schedule?.retention;
	if (!retention) return [];
	const own = await listOwn(work, store, name);
	// The newest good one is that of the store, whatever is on this machine.
	const candidates = own.map(({backup}) => ({...backup, status: 'succeeded' as const}));
	const expired = expiredBackups(candidates, retention, now);
	for (const {id, reason} of expired) {
		const {manifest, artifact} = own.find(({files}) => files.id === id)!.files;
		const patch = {status: 'deleted', at: now.toISOString(), retentionReason: reason} as const;
		// The record first: the next transfer removes what is there although its record says that it was deleted.
		await state.update(current => patchCopy(current, id, store.name, patch));
		failpoint('store.before-remove');
		await store.remove([manifest, artifact.path]);
	}
	return expired.map(each => ({...each, store: store.name}));
}

/**
 * Deletes from a store what a resource's retention does not keep there (docs/rules.md, "Retention"). What cannot be deleted now
 * is deleted after a later backup.
 */
export async function applyStoreRetention(
	work: Work,
	resource: string,
	store: string,
	now: Date,
): Promise<readonly Expired[]> {
	try {
		return await withStore(store, accessOf(work), opened => removeExpired(work, opened, resource, now));
	} catch (error) {
		if (!(error instanceof StoreError)) throw error;
		work.say(`old backups of ${resource} stay in store ${store} for now: ${messageOf(error)}`);
		return [];
	}
}
