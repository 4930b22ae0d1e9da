import {nameIn} from '../../model/address.ts';
import {helpAfter, helpOf} from '../keys/key-hints.ts';
import {typedBy} from '../keys/key-names.ts';
import {defaultKeymap, type KeyAction, type Keymap} from '../keys/keymap.ts';
import {createLogPool} from '../logs/log-pool.ts';
import {createLogStore, type LogOwner, type LogStore} from '../logs/log-store.ts';
import {createStore, type Readable} from '../parts/store.ts';
import type {Task} from '../task/task.ts';
import {createDashboardActions} from './actions.ts';
import {activeScreens, screensBelowOverlay} from './contexts.ts';
import {shownEnvironments, shownObjects} from './lookups.ts';
import {type PaletteEntry, paletteEntries} from './palette-entries.ts';
import type {DashboardEffects, DashboardState, Departure, Viewport} from './state.ts';
import {createTaskHandlers, isBusy, waitForEnd} from './tasks.ts';

export type DashboardStore = Readable<DashboardState> & {
	/** Shows what the command read. */
	readonly update: (part: Partial<DashboardState>) => void;
	/** The visible log. */
	readonly log: LogStore;
	readonly press: (key: string, viewport: Viewport) => void;
	readonly paste: (text: string) => void;
	/** Shows a task that has begun. */
	readonly begin: (task: Task) => void;
	/** Clears the departure before the dashboard opens again. */
	readonly comeBack: (message?: string) => void;
};

/** How much of what was chosen in the palette comes first in it again. */
const keptRecent = 10;

const initial: DashboardState = {
	project: undefined,
	link: {status: 'connecting'},
	problem: undefined,
	environments: [],
	isLoaded: false,
	location: {screen: 'environments'},
	selectedEnvironment: undefined,
	selectedObject: undefined,
	marked: undefined,
	firstColumn: 0,
	filter: '',
	figures: {},
	load: undefined,
	events: [],
	otherEvents: 0,
	selectedEvent: undefined,
	content: {type: 'loading'},
	row: 0,
	sort: 'worst first',
	trouble: undefined,
	overlay: undefined,
	recent: [],
	message: undefined,
	departure: undefined,
	tasks: [],
	task: undefined,
	leaving: undefined,
};

/** The state of the dashboard and what every key does. The command that opens it provides the data. */
export function createDashboardStore(effects: DashboardEffects, keymap: Keymap = defaultKeymap): DashboardStore {
	const store = createStore<DashboardState>(initial);
	const state = store.getSnapshot;
	const change = (part: Partial<DashboardState>) => store.set({...state(), ...part});
	const leave = (departure: Departure) => change({departure, overlay: undefined});
	const log = createLogStore(createLogPool({isRead: false}), () => logOwner(state()), {
		...effects,
		page(text) {
			if (state().tasks.some(isBusy)) change({message: waitForEnd});
			else leave({type: 'page', text});
		},
	});
	const tasks = createTaskHandlers({state, change, leave, keymap});
	const {act, visit} = createDashboardActions({state, change, leave, log, effects, tasks});

	const typeFilter = (key: string, action: KeyAction | undefined) => {
		const {filter, overlay} = state();
		if (action === 'choose') change({overlay: undefined});
		else if (action === 'back') change({overlay: undefined, filter: ''});
		else if (action === 'erase') change({filter: Array.from(filter).slice(0, -1).join('')});
		else if (action === 'erase-all') change({filter: ''});
		else if (overlay) change({filter: (filter + typedBy(key)).slice(0, 100)});
	};
	const onHelp = (top: number, action: KeyAction | undefined, {rows}: Viewport) => {
		const next = helpAfter(
			top,
			action,
			helpOf(screensBelowOverlay(state(), log.getSnapshot()), true, keymap).length,
			rows,
		);
		change({overlay: next === undefined ? undefined : {type: 'help', top: next}});
	};
	const choose = ({id, goal, keys}: PaletteEntry, viewport: Viewport) => {
		change({overlay: undefined, recent: [id, ...state().recent.filter(each => each !== id)].slice(0, keptRecent)});
		if (goal.type === 'action') act(goal.action, keys[0] ?? '', viewport);
		else visit(goal.location);
	};
	const typePalette = (key: string, action: KeyAction | undefined, viewport: Viewport) => {
		const {overlay} = state();
		if (overlay?.type !== 'palette') return;
		const type = (typed: string) => change({overlay: {type: 'palette', typed: typed.slice(0, 100), cursor: 0}});
		const entries = paletteEntries(state(), log.getSnapshot(), keymap, overlay.typed);
		const moveBy = (by: number) =>
			change({overlay: {...overlay, cursor: Math.max(0, Math.min(overlay.cursor + by, entries.length - 1))}});
		if (action === 'choose') {
			const chosen = entries[overlay.cursor];
			if (chosen) choose(chosen, viewport);
			else change({overlay: undefined});
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
		press(key, viewport) {
			const {rows} = viewport;
			const {overlay, departure, task} = state();
			if (departure) return;
			const screens = activeScreens(state(), log.getSnapshot());
			const action = keymap.actionOf(key, ...screens);
			if (state().message !== undefined) change({message: undefined});
			if (action === 'interrupt' && !(task && !overlay)) return tasks.interrupt();
			if (overlay?.type === 'quit') return tasks.answerQuit(action);
			if (overlay?.type === 'help') return onHelp(overlay.top, action, viewport);
			if (overlay?.type === 'palette') return typePalette(key, action, viewport);
			if (overlay?.type === 'filter') return typeFilter(key, action);
			if (task) return tasks.press(task, key, rows);
			if (log.getSnapshot().typed !== undefined) return log.type(key, action, rows);
			if (action) act(action, key, viewport);
		},
		paste(text) {
			const {overlay, filter} = state();
			const line = text.split('\n', 1)[0]!.trim();
			if (overlay?.type === 'filter') change({filter: (filter + line).slice(0, 100)});
			else if (overlay?.type === 'palette')
				change({overlay: {...overlay, typed: (overlay.typed + line).slice(0, 100)}});
			else if (state().task) state().task?.paste(text);
			else log.paste(text);
		},
		begin: tasks.begin,
		comeBack: message => change({departure: undefined, overlay: undefined, message}),
	};
}

/** Moves the cursor away from removed items, and leaves a removed environment. */
function settled(state: DashboardState, previous: DashboardState): DashboardState {
	const {location, environments, isLoaded} = state;
	if (!isLoaded) return state;
	const isGone = (environment: string) => !environments.some(({name}) => name === environment);
	if (location.screen !== 'environments' && isGone(location.environment))
		return {...state, location: {screen: 'environments'}};
	if (location.screen === 'comparison' && isGone(location.other)) return {...state, location: {screen: 'environments'}};
	const [firstEnvironment] = shownEnvironments(state);
	const [firstObject] = shownObjects(state);
	const failed = newlyFailed(state, previous);
	return {
		...state,
		row: rowAfter(state, previous),
		marked: state.marked !== undefined && isGone(state.marked) ? undefined : state.marked,
		selectedEnvironment: state.selectedEnvironment ?? firstEnvironment?.name,
		selectedObject: failed ?? state.selectedObject ?? firstObject?.address,
	};
}

/** An object of the open environment that just failed: the cursor moves there. */
function newlyFailed(state: DashboardState, previous: DashboardState): string | undefined {
	if (state.location.screen !== 'environment' || !previous.isLoaded) return undefined;
	const known = new Set(previous.environments.flatMap(({objects}) => objects.map(({failure}) => failure?.deployment)));
	const {environment} = state.location;
	const objects = state.environments.find(({name}) => name === environment)?.objects ?? [];
	return objects.find(({failure}) => failure && !known.has(failure.deployment))?.address;
}

/** Keeps the cursor of a table on its row when rows are added before it. */
function rowAfter({content, row, location}: DashboardState, previous: DashboardState): number {
	if (content.type !== 'table' || previous.content.type !== 'table' || location !== previous.location) return row;
	const id = previous.content.rows[previous.row]?.id;
	const found = content.rows.findIndex(each => each.id === id);
	return found === -1 ? Math.max(0, Math.min(row, content.rows.length - 1)) : found;
}

function logOwner({project = 'compartment', location}: DashboardState): LogOwner {
	const parts =
		location.screen === 'environments'
			? []
			: [
					location.environment,
					...(location.screen === 'object' ? [nameIn(location.address)] : []),
					...(location.screen === 'all-logs' && location.deployment ? [location.deployment.id] : []),
				];
	const name = [project, ...parts].join('-').replace(/[^\w.-]+/g, '_');
	return {environment: location.screen === 'environments' ? '' : location.environment, name};
}
