import {helpAfter, helpOf} from '../keys/key-hints.ts';
import {typedBy} from '../keys/key-names.ts';
import {defaultKeymap, type KeyAction, type Keymap} from '../keys/keymap.ts';
import {createLogPool} from '../logs/log-pool.ts';
import {createLogStore, type LogPlace, type LogStore} from '../logs/log-store.ts';
import {createStore, type Readable} from '../parts/store.ts';
import {createBrowseActions} from './actions.ts';
import {browseScreens, screensBeneath} from './contexts.ts';
import {shownEnvironments, shownObjects} from './lookups.ts';
import {paletteEntries} from './palette-commands.ts';
import type {BrowseEffects, BrowseState, Departure, Room} from './state.ts';

export type BrowseStore = Readable<BrowseState> & {
	/** For the command: what it read. */
	readonly update: (part: Partial<BrowseState>) => void;
	/** The log of what is shown. */
	readonly log: LogStore;
	readonly press: (key: string, room: Room) => void;
	readonly paste: (text: string) => void;
	/** Forgets why it left, before the screen is opened again. */
	readonly comeBack: (message?: string) => void;
};

const initial: BrowseState = {
	project: undefined,
	link: {status: 'connecting'},
	problem: undefined,
	environments: [],
	isLoaded: false,
	place: {screen: 'environments'},
	selectedEnvironment: undefined,
	selectedObject: undefined,
	filter: '',
	figures: {},
	content: {type: 'loading'},
	row: 0,
	overlay: undefined,
	message: undefined,
	departure: undefined,
};

/** The state of the dashboard. Everything a key does is here; what is shown is read by the command that feeds it. */
export function createBrowseStore(effects: BrowseEffects, keymap: Keymap = defaultKeymap): BrowseStore {
	const store = createStore<BrowseState>(initial);
	const state = store.getSnapshot;
	const change = (part: Partial<BrowseState>) => store.set({...state(), ...part});
	const leave = (departure: Departure) => change({departure, overlay: undefined});
	const log = createLogStore(createLogPool(), () => logPlace(state()), {
		...effects,
		page: text => leave({type: 'page', text}),
	});
	const act = createBrowseActions({state, change, leave, log, effects});

	const typeFilter = (key: string, action: KeyAction | undefined) => {
		const {filter, overlay} = state();
		if (action === 'choose') change({overlay: undefined});
		else if (action === 'back') change({overlay: undefined, filter: ''});
		else if (action === 'erase') change({filter: Array.from(filter).slice(0, -1).join('')});
		else if (action === 'erase-all') change({filter: ''});
		else if (overlay) change({filter: (filter + typedBy(key)).slice(0, 100)});
	};
	const onHelp = (top: number, action: KeyAction | undefined, {rows}: Room) => {
		const next = helpAfter(top, action, helpOf(screensBeneath(state()), true, keymap).length, rows);
		change({overlay: next === undefined ? undefined : {type: 'help', top: next}});
	};
	const typePalette = (key: string, action: KeyAction | undefined, room: Room) => {
		const {overlay} = state();
		if (overlay?.type !== 'palette') return;
		const type = (typed: string) => change({overlay: {type: 'palette', typed: typed.slice(0, 100), cursor: 0}});
		const entries = paletteEntries(state(), keymap, overlay.typed);
		const moveBy = (by: number) =>
			change({overlay: {...overlay, cursor: Math.max(0, Math.min(overlay.cursor + by, entries.length - 1))}});
		if (action === 'choose') {
			const chosen = entries[overlay.cursor];
			change({overlay: undefined});
			if (chosen) act(chosen.action, chosen.keys[0] ?? '', room);
		} else if (action === 'back') change({overlay: undefined});
		else if (action === 'up') moveBy(-1);
		else if (action === 'down') moveBy(1);
		else if (action === 'erase') type(Array.from(overlay.typed).slice(0, -1).join(''));
		else if (action === 'erase-all') type('');
		else if (typedBy(key) !== '') type(overlay.typed + typedBy(key));
	};

	return {
		...store,
		log,
		update: part => change(settled({...state(), ...part}, state())),
		press(key, room) {
			const {rows} = room;
			const {overlay, departure} = state();
			if (departure) return;
			const screens = browseScreens(state(), log.getSnapshot());
			const action = keymap.actionOf(key, ...screens);
			if (state().message !== undefined) change({message: undefined});
			if (action === 'interrupt') return leave({type: 'quit'});
			if (overlay?.type === 'help') return onHelp(overlay.top, action, room);
			if (overlay?.type === 'palette') return typePalette(key, action, room);
			if (overlay?.type === 'filter') return typeFilter(key, action);
			if (log.getSnapshot().typed !== undefined) return log.type(key, action, rows);
			if (action) act(action, key, room);
		},
		paste(text) {
			const {overlay, filter} = state();
			const line = text.split('\n', 1)[0]!.trim();
			if (overlay?.type === 'filter') change({filter: (filter + line).slice(0, 100)});
			else if (overlay?.type === 'palette')
				change({overlay: {...overlay, typed: (overlay.typed + line).slice(0, 100)}});
			else log.paste(text);
		},
		comeBack: message => change({departure: undefined, overlay: undefined, message}),
	};
}

/** A cursor on what is gone moves to what is there; a place that is gone is left. */
function settled(state: BrowseState, former: BrowseState): BrowseState {
	const {place, environments, isLoaded} = state;
	if (!isLoaded) return state;
	if (place.screen !== 'environments' && !environments.some(({name}) => name === place.environment))
		return {...state, place: {screen: 'environments'}};
	const [firstEnvironment] = shownEnvironments(state);
	const [firstObject] = shownObjects(state);
	const failed = newlyFailed(state, former);
	return {
		...state,
		row: rowAfter(state, former),
		selectedEnvironment: state.selectedEnvironment ?? firstEnvironment?.name,
		selectedObject: failed ?? state.selectedObject ?? firstObject?.address,
	};
}

/** What failed just now, in the environment that is shown: the cursor goes there by itself. */
function newlyFailed(state: BrowseState, former: BrowseState): string | undefined {
	if (state.place.screen !== 'environment' || !former.isLoaded) return undefined;
	const known = new Set(former.environments.flatMap(({objects}) => objects.map(({failure}) => failure?.deployment)));
	const {environment} = state.place;
	const objects = state.environments.find(({name}) => name === environment)?.objects ?? [];
	return objects.find(({failure}) => failure && !known.has(failure.deployment))?.address;
}

/** The cursor of a table stays on its row when others come before it. */
function rowAfter({content, row, place}: BrowseState, former: BrowseState): number {
	if (content.type !== 'table' || former.content.type !== 'table' || place !== former.place) return row;
	const id = former.content.rows[former.row]?.id;
	const found = content.rows.findIndex(each => each.id === id);
	return found === -1 ? Math.max(0, Math.min(row, content.rows.length - 1)) : found;
}

function logPlace({project = 'compartment', place}: BrowseState): LogPlace {
	const parts =
		place.screen === 'environments'
			? []
			: [
					place.environment,
					...(place.screen === 'object' ? [place.address.slice(place.address.indexOf('.') + 1)] : []),
					...(place.screen === 'all-logs' && place.deployment ? [place.deployment.id] : []),
				];
	const name = [project, ...parts].join('-').replace(/[^\w.-]+/g, '_');
	return {environment: place.screen === 'environments' ? '' : place.environment, name};
}
