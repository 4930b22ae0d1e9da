import {reportChange} from '../../console/report-change.ts';
import {parseName, pickValue, withPart} from '../../console/setting-name.ts';
import {UserError} from '../../errors.ts';
import {command, hint} from '../../hint.ts';
import {changeSetting} from '../../settings/change-setting.ts';
import {mustBe, type Settings} from '../../settings/settings.ts';
import {readSettingsFile} from '../../settings/settings-file.ts';
import type {CommonFlags} from '../../workspace/flags.ts';

/** `compartment settings set NAME VALUE`: writes it to the settings file, after the checks that reading makes. */
export async function settingsSet(given: string, words: readonly string[], flags: CommonFlags): Promise<void> {
	const name = await parseName(given);
	const text = words.join(' ');
	const value = name.check.fromText(text);
	if (value === undefined)
		throw new UserError(`${given}: ${mustBe(name.check, text)}`, {
			hint: hint`Return to the default: ${command('settings unset', given)}`,
		});
	const {stored} = await readSettingsFile();
	const before = stored[name.key];
	const after = name.part === undefined ? value : withPart(before, name.part, value);
	if (name.key === 'keys') await assertKeys(after as Settings['keys']);
	await changeSetting(name.key, after);
	await reportChange(
		{name: given, key: name.key, previous: pickValue(name, before), value: pickValue(name, after)},
		flags,
	);
}

/** Refuses unknown actions and conflicting keys, with which no screen would open. */
async function assertKeys(keys: Settings['keys']): Promise<void> {
	const {createKeymap} = await import('../../ui/keys/keymap.ts');
	createKeymap(keys);
}
