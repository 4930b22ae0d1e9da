import {jsonDocument} from '../../output/json.ts';
import {type Column, renderTable} from '../../output/table.ts';
import {createTerminal} from '../../output/terminal.ts';
import {type BackupStore, redactStore} from '../../settings/backup-stores.ts';
import {readSettings} from '../../settings/settings.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';

type Row = readonly [name: string, store: BackupStore];

const columns: readonly Column<Row>[] = [
	{title: 'STORE', value: ([name]) => name},
	{title: 'URL', value: ([, {url}]) => url},
	{title: 'ENDPOINT', value: ([, {endpoint}]) => endpoint ?? ''},
	{title: 'ACCESS KEY', value: ([, {accessKeyId}]) => accessKeyId ?? ''},
];

/** `compartment backup store list`: lists the stores of the settings. */
export async function backupStoreList(flags: CommonFlags): Promise<void> {
	const {print, paint, isSeen} = createTerminal(flags);
	const stores = Object.entries((await readSettings()).backupStores);
	if (isJson(flags)) {
		const shown = stores.map(([name, store]) => ({name, ...(redactStore(store) as BackupStore)}));
		process.stdout.write(jsonDocument({stores: shown}));
	} else if (stores.length === 0) print('No stores of backups.');
	else if (isSeen) {
		const shown = columns.filter(({title, value}) => title === 'STORE' || stores.some(row => value(row) !== ''));
		print(renderTable(shown, stores, {titleStyle: paint.dim}));
	} else print(stores.map(([name, {url}]) => `${name}\t${url}`).join('\n'));
}
