import {parseName, pickValue, shownPart, valueText} from '../../console/setting-name.ts';
import {jsonDocument} from '../../output/json.ts';
import {revealText} from '../../output/sanitise.ts';
import {createTerminal} from '../../output/terminal.ts';
import {resolveSettings} from '../../settings/settings.ts';
import {readSettingsFile} from '../../settings/settings-file.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';

/** `compartment settings get NAME`: prints the effective value, and nothing else. */
export async function settingsGet(given: string, flags: CommonFlags): Promise<void> {
	const name = await parseName(given);
	const {[name.key]: resolved} = await resolveSettings(await readSettingsFile());
	const value = pickValue(name, shownPart(name.key, resolved.value));
	if (isJson(flags)) process.stdout.write(jsonDocument(value));
	else createTerminal(flags).print(revealText(valueText(value)));
}
