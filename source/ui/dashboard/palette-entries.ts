import type {KeyAction, KeyBinding, Keymap} from '../keys/keymap.ts';
import type {LogFocus} from '../logs/log-screens.ts';
import {screensBelowOverlay} from './contexts.ts';
import type {EnvironmentView} from './data.ts';
import {currentEnvironment} from './lookups.ts';
import type {DashboardLocation, DashboardState} from './state.ts';

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

/** Something that the palette finds. Text in it is unsanitised. */
export type PaletteEntry = {
	/** The same for the same entry of the next frame. */
	readonly id: string;
	readonly name: string;
	/** What it does, or what kind of thing it is and where. */
	readonly help: string;
	readonly keys: readonly string[];
	readonly goal:
		| {readonly type: 'action'; readonly action: KeyAction}
		| {readonly type: 'place'; readonly location: DashboardLocation};
};

const nameOf = ({action, label}: KeyBinding): string => (label === '' ? action.replaceAll('-', ' ') : label);

/** The actions of this screen. */
const actionEntries = (state: DashboardState, log: LogFocus, keymap: Keymap): PaletteEntry[] =>
	keymap
		.bindingsOf(...screensBelowOverlay(state, log))
		.filter(({action}) => !unlisted.includes(action) && (action !== 'task' || state.tasks.length > 0))
		.map(binding => ({
			id: binding.action,
			name: nameOf(binding),
			help: binding.help,
			keys: binding.keys,
			goal: {type: 'action', action: binding.action},
		}));

const place = (name: string, help: string, location: DashboardLocation): PaletteEntry => ({
	id: JSON.stringify(location),
	name,
	help,
	keys: [],
	goal: {type: 'place', location},
});

/** An environment, its services and resources, and its deployments. */
const placesIn = ({name: environment, objects, deployments}: EnvironmentView): PaletteEntry[] => [
	place(environment, 'environment', {screen: 'environment', environment}),
	...objects.map(({address, kind, name, state}) =>
		place(name, `${kind} in ${environment}: ${state}`, {screen: 'object', environment, address, tab: 'logs'}),
	),
	...deployments.map(({id, address, service, word}) =>
		place(id, `deployment of ${service} in ${environment}: ${word}`, {
			screen: 'all-logs',
			environment,
			deployment: {id, address},
		}),
	),
];

/** The environments, the one on the screen first. */
function inOrder(state: DashboardState): readonly EnvironmentView[] {
	const current = currentEnvironment(state);
	return [...(current ? [current] : []), ...state.environments.filter(environment => environment !== current)];
}

/** How well an entry matches; undefined if it does not. Lower is better. */
function rankOf({name, help}: PaletteEntry, words: readonly string[]): number | undefined {
	const [own, all] = [name.toLowerCase(), `${name} ${help}`.toLowerCase()];
	if (!words.every(word => all.includes(word))) return undefined;
	const [first = ''] = words;
	if (own === words.join(' ')) return 0;
	if (own.startsWith(first)) return 1;
	return own.includes(first) ? 2 : 3;
}

/**
 * What matches the typed words: actions of this screen, the user's own commands, and every environment, service, resource and
 * deployment. Names that are or start with the text come first; among equals, what was chosen last.
 */
export function paletteEntries(state: DashboardState, log: LogFocus, keymap: Keymap, typed: string): PaletteEntry[] {
	const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
	const entries = [...actionEntries(state, log, keymap), ...inOrder(state).flatMap(placesIn)];
	const age = ({id}: PaletteEntry): number => {
		const index = state.recent.indexOf(id);
		return index === -1 ? state.recent.length : index;
	};
	return entries
		.flatMap(entry => {
			const rank = rankOf(entry, words);
			return rank === undefined ? [] : [{entry, rank, age: age(entry)}];
		})
		.sort((a, b) => a.rank - b.rank || a.age - b.age)
		.map(({entry}) => entry);
}
