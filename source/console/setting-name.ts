import {UserError} from '../errors.ts';
import {command} from '../hint.ts';
import {revealText} from '../output/sanitise.ts';
import {type Check, isRecord, type Rule} from '../settings/setting-rules.ts';
import {isSettingKey, settingKeys, settingRules} from '../settings/setting-table.ts';
import {noSetting, type Settings} from '../settings/settings.ts';
import {readSettingsFile} from '../settings/settings-file.ts';

/** A setting, or with a dotted name one part of it, such as `theme.accent`. */
export type SettingName = {
	readonly key: keyof Settings;
	readonly part: string | undefined;
	readonly check: Check<unknown>;
	readonly fallback: unknown;
};

/** The parts that a setting can have, with their defaults. */
async function partsOf(key: keyof Settings): Promise<Readonly<Record<string, unknown>>> {
	if (key === 'keys') return {...(await import('../ui/keys/keymap.ts')).defaultKeys(), ...(await keysOfCommands())};
	const {fallback} = settingRules[key];
	return isRecord(fallback) ? fallback : {};
}

/** The user's own commands have no keys until the user gives them some. */
async function keysOfCommands(): Promise<Readonly<Record<string, readonly string[]>>> {
	const {commands} = (await readSettingsFile()).stored;
	return Object.fromEntries(Object.keys(isRecord(commands) ? commands : {}).map(name => [name, []]));
}

/** Settings whose parts the user names. */
const isOpen = (key: keyof Settings): boolean => key === 'commands';

/**
 * Reads the name of a setting as it is written on the command line.
 * @throws UserError that names the nearest setting when there is none of that name
 */
export async function parseName(name: string): Promise<SettingName> {
	if (isSettingKey(name)) {
		const {check, fallback} = settingRules[name] as Rule<unknown>;
		return {key: name, part: undefined, check, fallback};
	}
	const [key, part] = splitName(name);
	const parts = isSettingKey(key) ? await partsOf(key) : {};
	if (isSettingKey(key) && (isOpen(key) || Object.hasOwn(parts, part))) {
		const check = (settingRules[key] as Rule<unknown>).check.checkOf?.(part);
		if (check) return {key, part, check, fallback: parts[part]};
	}
	const names = [...settingKeys, ...Object.keys(parts).map(each => `${key}.${each}`)];
	throw new UserError(noSetting(name, names), {
		hint: key === 'keys' ? `Actions that have keys: ${Object.keys(parts).join(', ')}` : command('settings list'),
	});
}

/** The two halves of a dotted name. */
export function splitName(name: string): readonly [key: string, part: string] {
	const dot = name.indexOf('.');
	return dot === -1 ? [name, ''] : [name.slice(0, dot), name.slice(dot + 1)];
}

/** A value of a setting: all of it, or the part that is named. */
export function pickValue({part, fallback}: Pick<SettingName, 'part' | 'fallback'>, value: unknown): unknown {
	if (part !== undefined) return isRecord(value) && Object.hasOwn(value, part) ? value[part] : fallback;
	return isRecord(value) && isRecord(fallback) ? {...fallback, ...value} : (value ?? fallback);
}

/** The value of a setting after a change of one part; undefined when nothing remains of it. */
export function withPart(stored: unknown, part: string, value: unknown): unknown {
	const {[part]: _, ...others} = isRecord(stored) ? stored : {};
	const changed = value === undefined ? others : {...(isRecord(stored) ? stored : {}), [part]: value};
	return Object.keys(changed).length === 0 ? undefined : changed;
}

/** A value as `settings set` takes it. */
export function valueText(value: unknown): string {
	if (Array.isArray(value) && value.every(each => typeof each === 'string'))
		return value.length === 0 ? 'none' : value.join(' ');
	return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What may be shown of a value: all of it, unless it holds secrets. Of those, an unknown part may be one too. */
export function shownPart(key: keyof Settings, value: unknown, part?: string): unknown {
	const {check} = settingRules[key] as Rule<unknown>;
	if (!check.secret || value === undefined) return value;
	if (part === undefined) return check.secret.redact(value);
	const shown = check.secret.redact({[part]: value});
	return isRecord(shown) ? shown[part] : shown;
}

/** A value within other text. */
export const shownValue = (value: unknown): string => (value === '' ? '""' : revealText(valueText(value)));
