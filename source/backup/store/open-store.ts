import {UserError} from '../../errors.ts';
import {command, hint} from '../../hint.ts';
import {nearest} from '../../nearest.ts';
import {type BackupStore, parseStoreUrl} from '../../settings/backup-stores.ts';
import type {Settings} from '../../settings/settings.ts';
import type {S3Credentials} from './s3-request.ts';
import type {Store} from './store.ts';

/** What opening a store needs. */
export type StoreAccess = {
	readonly settings: Pick<Settings, 'backupStores'>;
	/** Folder of the project. */
	readonly folder: string;
	readonly signal: AbortSignal;
	readonly env?: NodeJS.ProcessEnv;
};

/** The store of a name. @throws UserError that names those that this machine knows */
export function findStore({backupStores}: StoreAccess['settings'], name: string): BackupStore {
	const known = Object.hasOwn(backupStores, name) ? backupStores[name] : undefined;
	if (known) return known;
	const names = Object.keys(backupStores);
	const meant = nearest(name, names);
	const suggestion = meant === undefined ? '' : `, did you mean ${meant}?`;
	throw new UserError(`There is no backup store "${name}" in the settings of this machine${suggestion}`, {
		hint: hint`${names.length > 0 ? `There are: ${names.join(', ')}. ` : ''}Add it: ${command('backup store add', name, 's3://BUCKET/PREFIX')}`,
	});
}

/** Those of the store; otherwise what programs for AWS would use. */
async function credentialsOf(
	name: string,
	{accessKeyId, secretAccessKey, profile}: BackupStore,
	env: NodeJS.ProcessEnv,
): Promise<S3Credentials> {
	if (accessKeyId && secretAccessKey) return {accessKeyId, secretAccessKey};
	const {findAwsCredentials} = await import('./aws-credentials.ts');
	const found = findAwsCredentials(profile, env);
	if (found) return found;
	throw new UserError(`No credentials for backup store ${name}.`, {
		hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; or remove the store and add it again with --access-key or --profile.',
	});
}

/** Opens a store that need not be in the settings yet. Connects with the first request. */
export async function openStoreAt(
	name: string,
	store: BackupStore,
	{folder, signal, env = process.env}: Omit<StoreAccess, 'settings'>,
): Promise<Store> {
	const place = parseStoreUrl(store.url)!;
	if (place.type === 'ssh') return (await import('./ssh.ts')).openSsh({name, place, folder, signal}, store.url);
	const credentials = await credentialsOf(name, store, env);
	return (await import('./s3.ts')).openS3({name, place, store, credentials, signal}, store.url);
}

/** Works with a store of the settings, and closes it. */
export async function withStore<Result>(
	name: string,
	access: StoreAccess,
	run: (store: Store) => Promise<Result>,
): Promise<Result> {
	const store = await openStoreAt(name, findStore(access.settings, name), access);
	try {
		return await run(store);
	} finally {
		store.close();
	}
}
