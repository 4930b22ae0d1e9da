import {UserError} from '../errors.ts';
import {jsonDocument} from '../output/json.ts';
import {revealText} from '../output/sanitise.ts';
import {createTerminal, warn} from '../output/terminal.ts';
import type {Rule} from '../settings/setting-rules.ts';
import {isSettingKey, settingRules} from '../settings/setting-table.ts';
import {readSettings} from '../settings/settings.ts';
import {type CommonFlags, isJson} from '../workspace/flags.ts';
import {hintText} from '../workspace/invocation.ts';
import {shownPart, shownValue} from './setting-name.ts';

type Change = {
	/** As it was given. */
	readonly name: string;
	/** The setting that it belongs to. */
	readonly key: string;
	readonly previous: unknown;
	/** Undefined when the removed name is not a setting. */
	readonly value: unknown;
};

/** Prints the previous and the new value, and warns if the new one does not take effect. */
export async function reportChange(change: Change, flags: CommonFlags): Promise<void> {
	const {name, key} = change;
	const part = partOf(change);
	const shown = (value: unknown) => (isSettingKey(key) ? shownPart(key, value, part) : value);
	const [previous, value] = [shown(change.previous), shown(change.value)];
	const terminal = createTerminal(flags);
	const {print, glyphs, paint} = terminal;
	if (isJson(flags)) process.stdout.write(jsonDocument({name, previous, value: value ?? null}));
	else if (value === undefined) print(`${revealText(name)}: removed ${shownValue(previous)}`);
	else print(`${name}: ${shownValue(previous)} ${paint.dim(glyphs.arrow)} ${shownValue(value)}`);
	warn(terminal, [...overrides(change), ...(await findProblem())]);
}

/** Reports that the setting was not in the file. */
export async function reportUnchanged(change: Omit<Change, 'previous'>, flags: CommonFlags): Promise<void> {
	const {name, value} = change;
	const terminal = createTerminal(flags);
	if (isJson(flags)) process.stdout.write(jsonDocument({name, previous: value, value}));
	else terminal.print(`${name} is not in the settings file; the default is ${shownValue(value)}`);
	warn(terminal, [...overrides(change), ...(await findProblem())]);
}

/** The part of the setting that is named, if one is. */
const partOf = ({name, key}: Pick<Change, 'name' | 'key'>): string | undefined =>
	name === key ? undefined : name.slice(key.length + 1);

function overrides({name, key}: Pick<Change, 'name' | 'key'>): string[] {
	if (!isSettingKey(key)) return [];
	const {variable, partVariables, check} = settingRules[key] as Rule<unknown>;
	const part = partOf({name, key});
	const ofParts = part === undefined ? Object.keys(partVariables) : [part];
	return [
		[variable, check.secret] as const,
		...ofParts.map(each => [partVariables[each], check.checkOf?.(each)?.secret] as const),
	].flatMap(([each, secret]) => {
		const text = each === undefined ? undefined : process.env[each];
		return text ? [`${each}${secret ? '' : `=${text}`} overrides the settings file.`] : [];
	});
}

/** What the next command would refuse. */
async function findProblem(): Promise<string[]> {
	try {
		await readSettings();
		return [];
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		return [error.hint === undefined ? error.message : `${error.message}\n  ${hintText(error.hint)}`];
	}
}
