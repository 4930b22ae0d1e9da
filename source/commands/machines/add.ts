import {connectDocker} from '../../engine/docker.ts';
import {findEngine} from '../../engine/docker-address.ts';
import type {EngineInfo} from '../../engine/engine.ts';
import {UserError} from '../../errors.ts';
import {command, hint} from '../../hint.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {createTerminal} from '../../output/terminal.ts';
import {changeSetting} from '../../settings/change-setting.ts';
import {
	type Machine,
	type MachineSettings,
	machineAddress,
	machineName,
	machineSettingCheck,
	machineSettingNames,
} from '../../settings/machines.ts';
import {absolutePath, type Check} from '../../settings/setting-rules.ts';
import {mustBe, noSetting, readSettings} from '../../settings/settings.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';

type AddFlags = CommonFlags & {readonly setting?: readonly string[]; readonly certificates?: string};

function assertValue(what: string, check: Check<unknown>, value: unknown): void {
	if (check.accept(value) === undefined) throw new UserError(`${what} ${mustBe(check, value)}`);
}

/** Settings from `name=value`. */
function readMachineSettings(given: readonly string[]): MachineSettings {
	const entries = given.map(text => {
		const [, name = text, value = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
		const check = machineSettingCheck(name);
		if (!check)
			throw new UserError(noSetting(name, machineSettingNames), {
				hint: `Settings that a machine can have: ${machineSettingNames.join(', ')}`,
			});
		const parsed = check.fromText(value);
		if (parsed === undefined) throw new UserError(`${name}: ${mustBe(check, value)}`);
		return [name, parsed];
	});
	return Object.fromEntries(entries);
}

/** Another engine under a known name would take over its environments. */
function assertSame(name: string, previous: Machine | undefined, {id}: EngineInfo): void {
	if (previous?.engine === undefined || previous.engine === id) return;
	throw new UserError(`machine ${name} is known at ${previous.address}, and this is another engine`, {
		hint: hint`Take another name. Or, if the old one is gone for good: ${command('machine remove', name)}`,
	});
}

/** `compartment machine add NAME ADDRESS`: connects to a machine's engine and keeps its address in the settings. */
export async function machineAdd(name: string, address: string, flags: AddFlags): Promise<void> {
	const {print, paint} = createTerminal(flags);
	assertValue('The name of a machine', machineName, name);
	assertValue('The address', machineAddress, address);
	const {certificates, setting = []} = flags;
	if (certificates !== undefined) assertValue('--certificates', absolutePath, certificates);
	const settings = readMachineSettings(setting);
	// Says what is wrong with the address, or the certificates.
	findEngine(address, {}, certificates);
	const {machines} = await readSettings();
	const previous = Object.hasOwn(machines, name) ? machines[name] : undefined;
	const info = await connectDocker({host: address, ...(certificates === undefined ? {} : {certificates})}).info();
	assertSame(name, previous, info);
	const own = {...previous?.settings, ...settings};
	const machine: Machine = {
		address,
		engine: info.id,
		...(certificates === undefined ? {} : {certificates}),
		...(Object.keys(own).length === 0 ? {} : {settings: own}),
	};
	await changeSetting('machines', {...machines, [name]: machine});
	if (isJson(flags)) {
		process.stdout.write(jsonDocument({name, ...machine, version: info.version, isNew: previous === undefined}));
		return;
	}
	const what = sanitiseLine(`Docker ${info.version} on ${info.operatingSystem}, at ${address}`);
	print(`${previous ? 'Changed' : 'Added'} ${name}: ${what}.`);
	const next = hint`Check it: ${command('machine doctor', name)}\nRun an environment there: ${command('environment create', 'production', '--engine', name)}`;
	print(paint.dim(hintText(next)));
}
