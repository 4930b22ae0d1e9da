import {reportChange, reportUnchanged} from '../../console/report-change.ts';
import {parseName, splitName, withPart} from '../../console/setting-name.ts';
import {changeSetting} from '../../settings/change-setting.ts';
import {isRecord} from '../../settings/setting-rules.ts';
import {readSettingsFile, type SettingsFile} from '../../settings/settings-file.ts';
import type {CommonFlags} from '../../workspace/flags.ts';

type Stored = {readonly key: string; readonly previous: unknown; readonly after: unknown};

/** The stored value of a name, even if it is not a setting, so that it can be removed. */
function findStored(stored: SettingsFile['stored'], name: string): Stored | undefined {
	if (Object.hasOwn(stored, name)) return {key: name, previous: stored[name], after: undefined};
	const [key, part] = splitName(name);
	const object = Object.hasOwn(stored, key) ? stored[key] : undefined;
	if (!isRecord(object) || !Object.hasOwn(object, part)) return undefined;
	return {key, previous: object[part], after: withPart(object, part, undefined)};
}

/** `compartment settings unset NAME`: removes it from the settings file, so that the default applies. */
export async function settingsUnset(given: string, flags: CommonFlags): Promise<void> {
	const {stored} = await readSettingsFile();
	const found = findStored(stored, given);
	if (!found) {
		const {key, fallback} = await parseName(given);
		return reportUnchanged({name: given, key, value: fallback}, flags);
	}
	const {key, previous, after} = found;
	const value = await parseName(given).then(
		({fallback}) => fallback,
		() => undefined,
	);
	await changeSetting(key, after);
	await reportChange({name: given, key, previous, value}, flags);
}
