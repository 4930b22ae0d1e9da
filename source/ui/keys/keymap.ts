import {UserError} from '../../errors.ts';
import {command, hint} from '../../hint.ts';
import {actionBindings} from './action-bindings.ts';
import {applyBindings} from './apply-bindings.ts';
import type {Binding, KeyScreen} from './binding.ts';
import {dashboardBindings} from './dashboard-bindings.ts';
import {generalBindings} from './general-bindings.ts';
import {logBindings} from './log-bindings.ts';

export {type Binding, type KeyScreen, keyScreens} from './binding.ts';

/** Every key of every screen: key handling, footer, palette and help all use this table. */
const bindings = [
	...applyBindings,
	...logBindings,
	...dashboardBindings,
	...actionBindings,
	...generalBindings,
] as const;

export type KeyAction = (typeof bindings)[number]['action'];

export type KeyBinding = Binding & {readonly action: KeyAction};

/** The keys of one user: the default table with the changes of the settings. */
export type Keymap = {
	/** All bindings of these screens, in the table's order; if two have the same key, the first screen wins. */
	readonly bindingsOf: (...screens: readonly KeyScreen[]) => KeyBinding[];
	/** The action of a key; undefined when it has none there. */
	readonly actionOf: (key: string, ...screens: readonly KeyScreen[]) => KeyAction | undefined;
};

/** Keys by action, as in the setting `keys`. */
export type KeyOverrides = Readonly<Record<string, readonly string[]>>;

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
		actionOf: (key, ...screens) => bindingsOf(...screens).find(({keys}) => keys.includes(key))?.action,
	};
}

/** The default keys. */
export const defaultKeymap: Keymap = createTable(bindings);

// Where text is typed, every printable key is text; and ctrl-z belongs to the terminal.
const canChange = ({action, screens}: KeyBinding): boolean =>
	action !== 'suspend' && action !== 'tab' && !screens.some(screen => ['palette', 'input', 'confirm'].includes(screen));

/** Every action whose keys the settings can change, with its keys. */
export function defaultKeys(): Readonly<Record<string, readonly string[]>> {
	const keys = new Map<string, readonly string[]>();
	for (const binding of bindings.filter(canChange))
		keys.set(binding.action, [...new Set([...(keys.get(binding.action) ?? []), ...binding.keys])]);
	return Object.fromEntries(keys);
}

/** Finds a key that two actions of one screen share. */
function findConflict(table: readonly KeyBinding[]): readonly [key: string, KeyAction, KeyAction] | undefined {
	for (const [index, one] of table.entries())
		for (const other of table.slice(index + 1)) {
			if (one.action === other.action || !one.screens.some(screen => other.screens.includes(screen))) continue;
			const key = one.keys.find(each => other.keys.includes(each));
			if (key !== undefined) return [key, one.action, other.action];
		}
	return undefined;
}

/**
 * The table with the user's keys in it.
 * @throws UserError that names the setting, for an unknown action and for a key with two actions
 */
export function createKeymap(overrides: KeyOverrides = {}): Keymap {
	if (Object.keys(overrides).length === 0) return defaultKeymap;
	const names = Object.keys(defaultKeys());
	for (const name of Object.keys(overrides))
		if (!names.includes(name))
			throw new UserError(`settings: keys.${name}: unknown action`, {
				hint: hint`Remove it: ${command('settings unset', `keys.${name}`)}. Actions: ${names.join(', ')}`,
			});
	const table = bindings.map((binding): KeyBinding => {
		const keys = canChange(binding) ? overrides[binding.action] : undefined;
		return keys ? {...binding, keys} : binding;
	});
	const conflict = findConflict(table);
	if (conflict)
		throw new UserError(`settings: keys: "${conflict[0]}" is bound to both ${conflict[1]} and ${conflict[2]}`, {
			hint: hint`Bind one of them to another key, or to none; the palette still lists it: ${command('settings set', `keys.${conflict[2]}`, 'none')}`,
		});
	return createTable(table);
}
