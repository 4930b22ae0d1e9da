import {UserError} from '../errors.ts';
import {jsonDocument} from '../output/json.ts';
import {revealText} from '../output/sanitise.ts';
import {createTerminal, warn} from '../output/terminal.ts';
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
	const shown = (value: unknown) => (isSettingKey(key) ? shownPart(key, value) : value);
	const [previous, value] = [shown(change.previous), shown(change.value)];
	const terminal = createTerminal(flags);
	const {print, glyphs, paint} = terminal;
	if (isJson(flags)) process.stdout.write(jsonDocument({name, previous, value: value ?? null}));
	else if (value === undefined) print(`${revealText(name)}: removed ${shownValue(previous)}`);
	else print(`${name}: ${shownValue(previous)} ${paint.dim(glyphs.arrow)} ${shownValue(value)}`);
	warn(terminal, [...overrides(key), ...(await findProblem())]);
}

/** Reports that the setting was not in the file. */
export async function reportUnchanged({name, key, value}: Omit<Change, 'previous'>, flags: CommonFlags): Promise<void> {
	const terminal = createTerminal(flags);
	if (isJson(flags)) process.stdout.write(jsonDocument({name, previous: value, value}));
	else terminal.print(`${name} is not in the settings file; the default is ${shownValue(value)}`);
	warn(terminal, [...overrides(key), ...(await findProblem())]);
}

function overrides(key: string): string[] {
	const variable = isSettingKey(key) ? settingRules[key].variable : undefined;
	const text = variable === undefined ? undefined : process.env[variable];
	return text ? [`${variable}=${text} overrides the settings file.`] : [];
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
