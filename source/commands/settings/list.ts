import {shownPart, shownValue} from '../../console/setting-name.ts';
import {jsonDocument} from '../../output/json.ts';
import {revealText} from '../../output/sanitise.ts';
import {renderTable} from '../../output/table.ts';
import {createTerminal, warn} from '../../output/terminal.ts';
import {findAcmeGap} from '../../settings/acme.ts';
import {acmeDescriptions, colourDescriptions, descriptions} from '../../settings/setting-descriptions.ts';
import {settingKeys, settingRules} from '../../settings/setting-table.ts';
import {
	type ResolvedSetting,
	type ResolvedSettings,
	resolveSettings,
	type SettingSource,
	type Settings,
} from '../../settings/settings.ts';
import {readSettingsFile} from '../../settings/settings-file.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';

type Row = {readonly name: string; readonly value: string; readonly source: string; readonly description: string};

const partDescriptions = {acme: acmeDescriptions, theme: colourDescriptions};

type WithParts = keyof typeof partDescriptions;

const hasParts = (key: keyof Settings): key is WithParts => Object.hasOwn(partDescriptions, key);

function sourceText(source: SettingSource, variable: string | undefined): string {
	if (source === 'environment') return variable ?? source;
	return source === 'file' ? 'settings file' : source;
}

const rowOf = (key: keyof Settings, {value, source}: ResolvedSetting): Row => ({
	name: key,
	value: shownValue(shownPart(key, value)),
	source: sourceText(source, settingRules[key].variable),
	description: descriptions[key],
});

function partRows(key: WithParts, {value, parts}: ResolvedSetting): Row[] {
	const shown = shownPart(key, value) as Readonly<Record<string, unknown>>;
	return Object.entries<string>(partDescriptions[key]).map(([part, description]) => ({
		name: `${key}.${part}`,
		value: shownValue(shown[part]),
		source: sourceText(parts[part]!, settingRules[key].partVariables[part]),
		description,
	}));
}

/** A row for each part that the user has set. */
function namedRows(key: 'keys' | 'commands', setting: ResolvedSetting): Row[] {
	const parts = Object.entries(setting.value as Settings[typeof key]);
	if (parts.length === 0) return [rowOf(key, setting)];
	return parts.map(([name, value]) => ({
		...rowOf(key, {...setting, value}),
		name: `${key}.${revealText(name)}`,
	}));
}

function rowsOf(resolved: ResolvedSettings): Row[] {
	return settingKeys.flatMap(key => {
		if (hasParts(key)) return partRows(key, resolved[key]);
		return key === 'keys' || key === 'commands' ? namedRows(key, resolved[key]) : [rowOf(key, resolved[key])];
	});
}

const describe = (resolved: ResolvedSettings) =>
	Object.fromEntries(
		settingKeys.map(key => {
			const {value, source, parts} = resolved[key];
			const {fallback, variable = null, partVariables} = settingRules[key];
			const ofParts = Object.entries(partVariables).map(([part, name]) => [
				part,
				{source: parts[part], variable: name},
			]);
			return [
				key,
				{
					value: shownPart(key, value),
					source,
					default: fallback,
					variable,
					...(ofParts.length === 0 ? {} : {parts: Object.fromEntries(ofParts)}),
					description: descriptions[key],
				},
			];
		}),
	);

/** `compartment settings list`: lists all settings with their values and sources. */
export async function settingsList(flags: CommonFlags): Promise<void> {
	const terminal = createTerminal(flags);
	const {print, paint} = terminal;
	const file = await readSettingsFile();
	const resolved = await resolveSettings(file);
	if (isJson(flags)) {
		process.stdout.write(jsonDocument({file: file.path, settings: describe(resolved)}));
		return;
	}
	const columns = [
		{title: 'SETTING', value: ({name}: Row) => name},
		{title: 'VALUE', value: ({value}: Row) => value, maxWidth: 40},
		{title: 'SOURCE', value: ({source}: Row) => source},
		{title: 'DESCRIPTION', value: ({description}: Row) => description},
	];
	const table = renderTable(columns, rowsOf(resolved), {titleStyle: paint.dim});
	print([`Settings file: ${revealText(file.path)}`, '', table].join('\n'));
	const gap = findAcmeGap({acme: resolved.acme.value as Settings['acme']});
	if (gap) warn(terminal, [`${gap.message}\n  ${hintText(gap.hint)}`]);
}
