import {findStore} from '../../backup/store/open-store.ts';
import {jsonDocument} from '../../output/json.ts';
import {createTerminal} from '../../output/terminal.ts';
import {changeSetting} from '../../settings/change-setting.ts';
import {readSettings} from '../../settings/settings.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';

/** `compartment backup store remove NAME`: forgets a store. What is in it stays. */
export async function backupStoreRemove(name: string, flags: CommonFlags): Promise<void> {
	const {print} = createTerminal(flags);
	const settings = await readSettings();
	const {url} = findStore(settings, name);
	const {[name]: _, ...others} = settings.backupStores;
	await changeSetting('backupStores', Object.keys(others).length > 0 ? others : undefined);
	if (isJson(flags)) process.stdout.write(jsonDocument({name, url, success: true}));
	else print(`Removed store ${name}. What is in ${url} stays there.`);
}
