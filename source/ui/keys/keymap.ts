import {UserError} from '../../errors.ts';
import {command, hint} from '../../hint.ts';
import {actionBindings} from './action-bindings.ts';
import {applyBindings} from './apply-bindings.ts';
import type {Binding, KeyScreen} from './binding.ts';
import {dashboardBindings} from './dashboard-bindings.ts';
import {devBindings} from './dev-bindings.ts';
import {generalBindings} from './general-bindings.ts';
import {logBindings} from './log-bindings.ts';
import {taskBindings} from './task-bindings.ts';

export {type Binding, type KeyScreen, keyScreens} from './binding.ts';

/** Every key of every screen: key handling, footer, palette and help all use this table. */
const bindings = [
	...applyBindings,
	...logBindings,
	...dashboardBindings,
	...actionBindings,
	...taskBindings,
	...devBindings,
	...generalBindings,
] as const;

/** A command of the user's own, from the setting `commands`. */
export type UserAction = `command ${string}`;

/** The name of a user's own command; undefined for another action. */
export const userCommandOf = (action: KeyAction): string | undefined =>
	action.startsWith('command ') ? action.slice('command '.length) : undefined;

export type KeyAction = (typeof bindings)[number]['action'] | UserAction;

export type KeyBinding = Binding & {readonly action: KeyAction};

/** The keys of one user: the default table with the changes of the settings. */
export type Keymap = {
	/** All bindings of these screens, in the table's order; if two have the same key, the first screen wins. */
	readonly bindingsOf: (...screens: readonly KeyScreen[]) => KeyBinding[];
	/** The action of a key; undefined when it has none there. */
	readonly actionOf: (key: string, ...screens: readonly KeyScreen[]) => KeyAction | undefined;
};

/** What a user's settings change in the table. */
export type KeySettings = {
	/** Keys by action. */
	readonly keys?: Readonly<Record<string, readonly string[]>> | undefined;
	/** Command lines by name. */
	readonly commands?: Readonly<Record<string, string>> | undefined;
};

/** A key that no keyboard has, and that does an action wherever it can be done: what the mouse presses. */
export const keyOf = (action: string): string => `action:${action}`;

function createTable(table: readonly KeyBinding[]): Keymap {
	const bindingsOf = (...screens: readonly KeyScreen[]) => {
		const found: KeyBinding[] = [];
		for (const screen of screens)
			for (const binding of table) {
				if (!binding.screens.includes(screen) || found.some(({action}) => action === binding.action)) continue;
				const isTaken = (key: string) => found.some(({keys}) => keys.includes(key));
				const keys = binding.keys.filter(key => !isTaken(key));
				if (keys.length > 0 || binding.keys.length === 0) found.push({...binding, keys});
			}
		return found;
	};
	return {
		bindingsOf,
		actionOf: (key, ...screens) =>
			bindingsOf(...screens).find(({keys, action}) => keys.includes(key) || key === keyOf(action))?.action,
	};
}

/** The default keys. */
export const defaultKeymap: Keymap = createTable(bindings);

// Where text is typed, every printable key is text; and ctrl-z belongs to the terminal.
const canChange = ({action, screens}: KeyBinding): boolean =>
	action !== 'suspend' &&
	action !== 'tab' &&
	!screens.some(screen => ['palette', 'search', 'input', 'confirm'].includes(screen));

/** Every action whose keys the settings can change, with its keys. */
export function defaultKeys(): Readonly<Record<string, readonly string[]>> {
	const keys = new Map<string, readonly string[]>();
	for (const binding of bindings.filter(canChange))
		keys.set(binding.action, [...new Set([...(keys.get(binding.action) ?? []), ...binding.keys])]);
	return Object.fromEntries(keys);
}

/** As the setting `keys` names an action. */
const settingNameOf = (action: KeyAction): string => userCommandOf(action) ?? action;

/** Finds a key that two actions of one screen share. */
function findConflict(
	table: readonly KeyBinding[],
): {readonly key: string; readonly one: string; readonly other: string} | undefined {
	for (const [index, one] of table.entries())
		for (const other of table.slice(index + 1)) {
			if (one.action === other.action || !one.screens.some(screen => other.screens.includes(screen))) continue;
			const key = one.keys.find(each => other.keys.includes(each));
			if (key !== undefined) return {key, one: settingNameOf(one.action), other: settingNameOf(other.action)};
		}
	return undefined;
}

const userBinding = (name: string, line: string): KeyBinding => ({
	action: `command ${name}`,
	keys: [],
	label: name,
	help: line,
	screens: ['environments', 'environment', 'object', 'resource'],
	priority: 0,
});

/** The user's own commands, which have no keys by default. */
function userBindings(commands: Readonly<Record<string, string>>): KeyBinding[] {
	const taken = Object.keys(commands).find(name => bindings.some(({action}) => action === name));
	if (taken !== undefined)
		throw new UserError(`settings: commands.${taken}: an action of Compartment has this name`, {
			hint: hint`Name the command differently, and remove this one: ${command('settings unset', `commands.${taken}`)}`,
		});
	return Object.entries(commands).map(([name, line]) => userBinding(name, line));
}

/**
 * The table with the user's keys and commands in it.
 * @throws UserError that names the setting, for an unknown action, for a key with two actions, and for a command with the name
 * of an action
 */
export function createKeymap({keys: overrides = {}, commands = {}}: KeySettings = {}): Keymap {
	if (Object.keys(overrides).length === 0 && Object.keys(commands).length === 0) return defaultKeymap;
	const own = userBindings(commands);
	const names = [...Object.keys(defaultKeys()), ...Object.keys(commands)];
	for (const name of Object.keys(overrides))
		if (!names.includes(name))
			throw new UserError(`settings: keys.${name}: unknown action`, {
				hint: hint`Remove it: ${command('settings unset', `keys.${name}`)}. Actions: ${names.join(', ')}`,
			});
	const table = [...bindings, ...own].map((binding: KeyBinding): KeyBinding => {
		const keys = canChange(binding) ? overrides[settingNameOf(binding.action)] : undefined;
		return keys ? {...binding, keys} : binding;
	});
	const conflict = findConflict(table);
	if (conflict)
		throw new UserError(`settings: keys: "${conflict.key}" is bound to both ${conflict.one} and ${conflict.other}`, {
			hint: hint`Bind one of them to another key, or to none; the palette still lists it: ${command('settings set', `keys.${conflict.other}`, 'none')}`,
		});
	return createTable(table);
}
