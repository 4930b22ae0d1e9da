import {shownPart, shownValue} from '../../console/setting-name.ts';
import {jsonDocument} from '../../output/json.ts';
import {revealText} from '../../output/sanitise.ts';
import {renderTable} from '../../output/table.ts';
import {createTerminal} from '../../output/terminal.ts';
import {colourDescriptions, descriptions} from '../../settings/setting-descriptions.ts';
import {settingKeys, settingRules} from '../../settings/setting-table.ts';
import {type ResolvedSetting, type ResolvedSettings, resolveSettings, type Settings} from '../../settings/settings.ts';
import {readSettingsFile} from '../../settings/settings-file.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';

type Row = {readonly name: string; readonly value: string; readonly source: string; readonly description: string};

function sourceText(key: keyof Settings, source: ResolvedSetting['source']): string {
	if (source === 'environment') return settingRules[key].variable ?? source;
	return source === 'file' ? 'settings file' : source;
}

const rowOf = (key: keyof Settings, {value, source}: ResolvedSetting): Row => ({
	name: key,
	value: shownValue(shownPart(key, value)),
	source: sourceText(key, source),
	description: descriptions[key],
});

function themeRows({theme}: ResolvedSettings): Row[] {
	const own = (theme.own ?? {}) as Partial<Settings['theme']>;
	return Object.entries(theme.value as Settings['theme']).map(([name, colour]) => ({
		name: `theme.${name}`,
		value: colour,
		source: sourceText('theme', Object.hasOwn(own, name) ? theme.source : 'default'),
		description: colourDescriptions[name as keyof Settings['theme']],
	}));
}

function keyRows({keys}: ResolvedSettings): Row[] {
	const changed = Object.entries(keys.value as Settings['keys']);
	if (changed.length === 0) return [rowOf('keys', keys)];
	return changed.map(([action, list]) => ({
		...rowOf('keys', {...keys, value: list}),
		name: `keys.${revealText(action)}`,
	}));
}

function rowsOf(resolved: ResolvedSettings): Row[] {
	return settingKeys.flatMap(key => {
		if (key === 'theme') return themeRows(resolved);
		return key === 'keys' ? keyRows(resolved) : [rowOf(key, resolved[key])];
	});
}

const describe = (resolved: ResolvedSettings) =>
	Object.fromEntries(
		settingKeys.map(key => {
			const {value, source} = resolved[key];
			const {fallback, variable = null} = settingRules[key];
			return [key, {value: shownPart(key, value), source, default: fallback, variable, description: descriptions[key]}];
		}),
	);

/** `compartment settings list`: lists all settings with their values and sources. */
export async function settingsList(flags: CommonFlags): Promise<void> {
	const {print, paint} = createTerminal(flags);
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
}
