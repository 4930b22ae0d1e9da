import {mkdirSync} from 'node:fs';
import {messageOf, UserError} from '../errors.ts';
import {configurationDirectory} from './configuration-directory.ts';
import type {Rule} from './setting-rules.ts';
import {isSettingKey, settingKeys, settingRules} from './setting-table.ts';
import {findPrefixFault, mustBe, noSetting, resolveSetting} from './settings.ts';
import {readSettingsFile, type SettingsFile} from './settings-file.ts';

/**
 * Writes one setting to the settings file, atomically and readable by its owner alone, or removes it from there.
 * A fault of another setting does not prevent that, so that changes one by one can repair the file.
 * @param name a setting, or to remove it anything that the file holds
 * @param value what the file will hold; undefined to return to the default
 * @throws UserError that names the setting and what is allowed; when the file holds no JSON object or cannot be written
 */
export async function changeSetting(name: string, value: unknown, env: NodeJS.ProcessEnv = process.env): Promise<void> {
	if (value !== undefined) assertValue(name, value);
	const file = await readSettingsFile(env);
	const {[name]: _, ...others} = file.stored;
	const stored = value === undefined ? others : {...file.stored, [name]: value};
	await assertPrefix(name, {...file, stored}, env);
	await write(file.path, stored, env);
}

function assertValue(name: string, value: unknown): void {
	if (!isSettingKey(name)) throw new UserError(noSetting(name, settingKeys));
	const {check} = settingRules[name] as Rule<unknown>;
	if (check.accept(value) === undefined) throw new UserError(`${name}: ${mustBe(check, value)}`);
}

/** A pool or a prefix that is invalid itself is another fault. */
async function assertPrefix(name: string, file: SettingsFile, env: NodeJS.ProcessEnv): Promise<void> {
	if (name !== 'networkPool' && name !== 'networkPrefix') return;
	const resolve = (key: typeof name) => resolveSetting(key, file, env).catch(() => undefined);
	const [networkPool, networkPrefix] = [await resolve('networkPool'), await resolve('networkPrefix')];
	const fault = networkPool && networkPrefix && findPrefixFault({networkPool, networkPrefix});
	if (fault) throw new UserError(fault.message, fault);
}

async function write(path: string, stored: SettingsFile['stored'], env: NodeJS.ProcessEnv): Promise<void> {
	const folder = configurationDirectory(env);
	// It takes 23 ms to import; reading needs none of it.
	const {default: Conf} = await import('conf');
	try {
		mkdirSync(folder, {recursive: true, mode: 0o700});
		const conf = new Conf({
			cwd: folder,
			configName: 'settings',
			configFileMode: 0o600,
			// An empty file is no fault.
			deserialize: text => (text.trim() === '' ? {} : JSON.parse(text)),
		});
		conf.store = stored;
	} catch (error) {
		throw new UserError(`Cannot write ${path}: ${messageOf(error)}`, {cause: error});
	}
}
