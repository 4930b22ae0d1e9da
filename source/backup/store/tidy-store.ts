import {copyIn, patchCopy} from '../records.ts';
import type {Work} from '../work.ts';
import type {Store} from './store.ts';
import {groupFiles, isComplete, resourceFolder, type StoredFiles} from './store-paths.ts';
import {placeIn} from './store-work.ts';

/** The manifest first: without it, the rest does not count. */
const pathsOf = ({manifest, artifact}: StoredFiles): string[] => [manifest, artifact?.path].flatMap(path => path ?? []);

/**
 * Removes what interrupted commands left of a resource's backups in a store. One that is complete but was not recorded is
 * recorded. The caller holds the environment's lock, so nothing of it is being written.
 */
export async function tidyStore(work: Work, store: Store, resource: string): Promise<void> {
	const {state} = work.context;
	const place = placeIn(work, resource);
	await store.clean(resourceFolder(place));
	const found = groupFiles(place, await store.list(resourceFolder(place)));
	for (const files of found) {
		const backup = state.current().backups.find(({id}) => id === files.id);
		const status = backup && copyIn(backup, store.name)?.status;
		if (!isComplete(files) || status === 'deleted') await store.remove(pathsOf(files));
		else if (status === 'failed' || status === 'uploading')
			await state.update(current =>
				patchCopy(current, files.id, store.name, {
					status: 'stored',
					at: new Date(work.now()).toISOString(),
					size: files.artifact.size,
					failureSummary: null,
				}),
			);
	}
}
