import {readStdin} from '../../console/read-stdin.ts';
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
	const text = name.check.secret ? await readSecret(given, words) : words.join(' ');
	const value = name.check.fromText(text);
	if (value === undefined)
		throw new UserError(`${given}: ${mustBe(name.check, name.check.secret ? parsed(text) : text)}`, {
			hint: hint`Return to the default: ${command('settings unset', given)}`,
		});
	const {stored} = await readSettingsFile();
	const before = stored[name.key];
	const after = name.part === undefined ? value : withPart(before, name.part, value);
	if (name.key === 'keys' || name.key === 'commands') await assertKeys({...stored, [name.key]: after});
	await changeSetting(name.key, after);
	await reportChange(
		{name: given, key: name.key, previous: pickValue(name, before), value: pickValue(name, after)},
		flags,
	);
}

/** A value with secrets is read from standard input (docs/rules.md, "Entering a value"). */
async function readSecret(given: string, words: readonly string[]): Promise<string> {
	if (words.length === 1 && words[0] === '-') return (await readStdin()).toString().replace(/\r?\n$/, '');
	throw new UserError(`${given} holds secrets, and other users of this machine could read a command line.`, {
		hint: hint`Put the value in a file, and pass it on standard input: ${command('settings set', given, '-')} < FILE`,
	});
}

/** The JSON of a text, if it is one. */
function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

/** Refuses unknown actions and conflicting keys, with which no screen would open. */
async function assertKeys(stored: Partial<Pick<Settings, 'keys' | 'commands'>>): Promise<void> {
	const {createKeymap} = await import('../../ui/keys/keymap.ts');
	createKeymap(stored);
}
