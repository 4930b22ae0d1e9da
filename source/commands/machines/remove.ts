import {UserError} from '../../errors.ts';
import {again, hint} from '../../hint.ts';
import {jsonDocument} from '../../output/json.ts';
import {createTerminal} from '../../output/terminal.ts';
import {changeSetting} from '../../settings/change-setting.ts';
import {findMachine, readSettings} from '../../settings/settings.ts';
import {listEngineRecords} from '../../state/engine-record.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {environmentsOn} from './list.ts';

/** `compartment machine remove NAME`: forgets a machine. Nothing on it changes. */
export async function machineRemove(name: string, flags: CommonFlags & {readonly force?: boolean}): Promise<void> {
	const {print} = createTerminal(flags);
	const {machines} = await readSettings();
	findMachine(name, machines);
	const used = environmentsOn(name, listEngineRecords());
	if (used.length > 0 && !flags.force)
		throw new UserError(`Environments run on machine ${name}: ${used.join(', ')}`, {
			hint: hint`They keep its address if you remove it all the same: ${again('--force')}`,
		});
	const {[name]: _, ...others} = machines;
	await changeSetting('machines', Object.keys(others).length === 0 ? undefined : others);
	if (isJson(flags)) process.stdout.write(jsonDocument({name}));
	else print(`Removed ${name} from your settings. What runs there keeps running.`);
}
