import {checkStore} from '../../backup/store/check-store.ts';
import {openStoreAt} from '../../backup/store/open-store.ts';
import {askValue} from '../../console/ask-value.ts';
import {canAsk} from '../../console/can-ask.ts';
import {readStdin} from '../../console/read-stdin.ts';
import {untilInterrupted} from '../../console/watch-work.ts';
import {namePattern} from '../../descriptor/names.ts';
import {UserError} from '../../errors.ts';
import {command, hint} from '../../hint.ts';
import {jsonDocument} from '../../output/json.ts';
import {createTerminal} from '../../output/terminal.ts';
import {
	type BackupStore,
	findStoreFault,
	parseStoreUrl,
	redactStore,
	storeUrlForm,
} from '../../settings/backup-stores.ts';
import {changeSetting} from '../../settings/change-setting.ts';
import {readSettings} from '../../settings/settings.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';

type AddFlags = CommonFlags & {
	readonly endpoint?: string;
	readonly region?: string;
	readonly accessKey?: string;
	readonly profile?: string;
	readonly stdin?: boolean;
};

/** The secret access key (docs/rules.md, "Entering a value"). */
async function readSecret({stdin}: AddFlags): Promise<string> {
	if (stdin) return (await readStdin()).toString().replace(/\r?\n$/, '');
	if (!canAsk())
		throw new UserError('Missing secret access key.', {
			hint: 'Use --stdin, or run from a terminal to be asked for it.',
		});
	return askValue('Secret access key: ', {isHidden: true, cancelled: 'Nothing was added.'});
}

async function describeStore(name: string, url: string, flags: AddFlags): Promise<BackupStore> {
	const {endpoint, region, accessKey, profile} = flags;
	if (!namePattern.test(name))
		throw new UserError(`Store name "${name}" is invalid.`, {
			hint: 'Use 1 to 63 characters of a-z, 0-9, _ and -, beginning with a letter or a digit.',
		});
	if (!parseStoreUrl(url)) throw new UserError(`The URL of a store must be ${storeUrlForm} (it is "${url}")`);
	if (flags.stdin && accessKey === undefined)
		throw new UserError('--stdin reads the secret of an access key.', {hint: 'Add --access-key ID.'});
	const place = {
		url,
		...(endpoint === undefined ? {} : {endpoint}),
		...(region === undefined ? {} : {region}),
		...(profile === undefined ? {} : {profile}),
	};
	// Before the question for the secret.
	const fault = findStoreFault(
		accessKey === undefined ? place : {...place, accessKeyId: accessKey, secretAccessKey: '-'},
	);
	if (fault !== undefined) throw new UserError(`Store ${name} ${fault}.`);
	if (accessKey === undefined) return place;
	const store = {...place, accessKeyId: accessKey, secretAccessKey: await readSecret(flags)};
	const secretFault = findStoreFault(store);
	if (secretFault !== undefined) throw new UserError(`Store ${name} ${secretFault}.`);
	return store;
}

/** Uses a store as backups do. */
async function tryStore(name: string, store: BackupStore): Promise<void> {
	await untilInterrupted(async signal => {
		const opened = await openStoreAt(name, store, {folder: process.cwd(), signal});
		try {
			await checkStore(opened);
		} finally {
			opened.close();
		}
	});
}

/** `compartment backup store add NAME URL`: adds a store to the settings, if backups can be written there. */
export async function backupStoreAdd(name: string, url: string, flags: AddFlags): Promise<void> {
	const {print} = createTerminal(flags);
	const {backupStores} = await readSettings();
	if (Object.hasOwn(backupStores, name))
		throw new UserError(`Store ${name} exists already: ${backupStores[name]!.url}`, {
			hint: hint`Remove it first: ${command('backup store remove', name)}`,
		});
	const store = await describeStore(name, url, flags);
	await tryStore(name, store);
	// It may have changed during the question.
	await changeSetting('backupStores', {...(await readSettings()).backupStores, [name]: store});
	if (isJson(flags)) process.stdout.write(jsonDocument({name, store: redactStore(store)}));
	else print(`Added store ${name}: ${url}`);
}
