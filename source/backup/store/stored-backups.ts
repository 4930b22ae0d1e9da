import {UserError} from '../../errors.ts';
import {command, hint} from '../../hint.ts';
import {identityOfLineage} from '../../state/identity.ts';
import {type OpenedManifest, openManifest} from './sealed-manifest.ts';
import type {Store} from './store.ts';
import {type CompleteFiles, environmentFolder, groupFiles, isComplete, type StoredPlace} from './store-paths.ts';

type EnvironmentPlace = Pick<StoredPlace, 'project' | 'environment'>;

/** A backup in a store. */
export type StoredBackup = OpenedManifest & {readonly files: CompleteFiles};

/** A backup in a store whose manifest could be read. */
export type ReadableBackup = Extract<StoredBackup, {readonly isSigned: boolean}>;

const completeFiles = async (store: Store, place: EnvironmentPlace): Promise<readonly CompleteFiles[]> =>
	groupFiles(place, await store.list(environmentFolder(place))).filter(isComplete);

async function openEach(
	store: Store,
	found: readonly CompleteFiles[],
	env: NodeJS.ProcessEnv,
): Promise<readonly StoredBackup[]> {
	const byPath = new Map(found.map(files => [files.manifest, files]));
	const opened = new Map<string, StoredBackup>();
	for await (const {path, content} of store.readEach([...byPath.keys()])) {
		const files = byPath.get(path);
		if (!files) continue;
		const identity = await identityOfLineage(files.lineage, env);
		opened.set(path, {...(await openManifest(content, files, identity, env)), files});
	}
	return found.flatMap(({manifest}) => opened.get(manifest) ?? []);
}

/**
 * The backups of an environment in a store, newest first, whatever this machine knows of them.
 * @param resource only those of this resource
 */
export async function listStored(
	store: Store,
	place: EnvironmentPlace,
	resource?: string,
	env: NodeJS.ProcessEnv = process.env,
): Promise<readonly StoredBackup[]> {
	const found = await completeFiles(store, place);
	return openEach(store, resource === undefined ? found : found.filter(files => files.resource === resource), env);
}

/** One backup of an environment in a store. @throws UserError when it is not there or cannot be read */
export async function findStored(
	store: Store,
	place: EnvironmentPlace,
	id: string,
	env: NodeJS.ProcessEnv = process.env,
): Promise<ReadableBackup> {
	const found = (await completeFiles(store, place)).filter(files => files.id === id);
	const [backup] = await openEach(store, found, env);
	if (!backup)
		throw new UserError(`Backup store ${store.name} has no backup ${id} of ${place.project}/${place.environment}.`, {
			hint: command('resource backup list', '--store', store.name),
		});
	if ('problem' in backup)
		throw new UserError(`Backup ${id} in store ${store.name} cannot be read: ${backup.problem}.`, {
			hint: hint`Use another backup: ${command('resource backup list', '--store', store.name)}`,
		});
	return backup;
}
