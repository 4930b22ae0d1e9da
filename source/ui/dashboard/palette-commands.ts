import type {KeyAction, KeyBinding, Keymap} from '../keys/keymap.ts';
import {screensBeneath} from './contexts.ts';
import type {BrowseState} from './state.ts';

/** Moving about is done with keys, not by name. */
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

/** What the palette offers on this screen: names that start with the text, then those that contain it anywhere. */
export function paletteEntries(state: BrowseState, keymap: Keymap, typed: string): PaletteEntry[] {
	const wanted = typed.trim().toLowerCase();
	const entries = keymap
		.bindingsOf(...screensBeneath(state))
		.filter(({action}) => !unlisted.includes(action))
		.map(binding => ({...binding, name: nameOf(binding)}));
	const starts = entries.filter(({name}) => name.toLowerCase().startsWith(wanted));
	const others = entries.filter(
		entry => !starts.includes(entry) && `${entry.name} ${entry.help}`.toLowerCase().includes(wanted),
	);
	return [...starts, ...others];
}
