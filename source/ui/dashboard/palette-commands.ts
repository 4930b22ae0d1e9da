import type {KeyAction, KeyBinding, Keymap} from '../keys/keymap.ts';
import {screensBelowOverlay} from './contexts.ts';
import type {DashboardState} from './state.ts';

/** Navigation, which is by key only. */
const unlisted: readonly KeyAction[] = [
	'up',
	'down',
	'half-up',
	'half-down',
	'first',
	'last',
	'tab',
	'palette',
	'interrupt',
	'suspend',
];

const nameOf = ({action, label}: KeyBinding): string => (label === '' ? action.replaceAll('-', ' ') : label);

export type PaletteEntry = KeyBinding & {readonly name: string};

/** The actions of this screen that match: first by the start of their name, then by any part of name and help. */
export function paletteEntries(state: DashboardState, keymap: Keymap, typed: string): PaletteEntry[] {
	const wanted = typed.trim().toLowerCase();
	const entries = keymap
		.bindingsOf(...screensBelowOverlay(state))
		.filter(({action}) => !unlisted.includes(action))
		.map(binding => ({...binding, name: nameOf(binding)}));
	const starts = entries.filter(({name}) => name.toLowerCase().startsWith(wanted));
	const others = entries.filter(
		entry => !starts.includes(entry) && `${entry.name} ${entry.help}`.toLowerCase().includes(wanted),
	);
	return [...starts, ...others];
}
