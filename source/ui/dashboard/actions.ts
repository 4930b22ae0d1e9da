import {type KeyAction, userCommandOf} from '../keys/keymap.ts';
import type {LogStore} from '../logs/log-store.ts';
import {nextSource} from '../logs/pool-view.ts';
import {tabsOf} from './data.ts';
import {
	currentEnvironment,
	currentObject,
	isOnLog,
	otherEnvironment,
	selectedEvent,
	shownEnvironments,
	shownEvents,
	shownObjects,
} from './lookups.ts';
import {sorts} from './sort.ts';
import type {
	DashboardEffects,
	DashboardLocation,
	DashboardState,
	Departure,
	FrameVerb,
	Run,
	TerminalRun,
	Viewport,
} from './state.ts';
import {type createTaskHandlers, isBusy, refusalOf, waitForEnd} from './tasks.ts';

type Tools = {
	readonly state: () => DashboardState;
	readonly change: (part: Partial<DashboardState>) => void;
	readonly leave: (departure: Departure) => void;
	readonly log: LogStore;
	readonly effects: DashboardEffects;
	readonly tasks: Pick<ReturnType<typeof createTaskHandlers>, 'look' | 'quit'>;
};

const clamp = (value: number, count: number): number => Math.max(0, Math.min(value, count - 1));

/** What each action of the dashboard does. `key` is the pressed key. */
export function createDashboardActions({state, change, leave, log, effects, tasks}: Tools) {
	const say = (message: string) => change({message});
	const goTo = (location: DashboardLocation) => {
		change({location, row: 0, filter: '', content: {type: 'loading'}, figures: {}});
	};

	const moveTo = (wanted: (index: number, count: number) => number, {lastTop}: Viewport) => {
		const {location, selectedEnvironment, selectedObject, content, row} = state();
		if (location.screen === 'environments') {
			const names = shownEnvironments(state()).map(({name}) => name);
			const index = clamp(wanted(Math.max(0, names.indexOf(selectedEnvironment ?? '')), names.length), names.length);
			return change({selectedEnvironment: names[index] ?? selectedEnvironment});
		}
		if (location.screen === 'environment') {
			const addresses = shownObjects(state()).map(({address}) => address);
			const previous = Math.max(0, addresses.indexOf(selectedObject ?? ''));
			const index = clamp(wanted(previous, addresses.length), addresses.length);
			return change({selectedObject: addresses[index] ?? selectedObject});
		}
		if (location.screen === 'events') {
			const ids = shownEvents(state()).map(({id}) => id);
			const previous = Math.max(0, ids.indexOf(state().selectedEvent ?? 0));
			const index = clamp(wanted(previous, ids.length), ids.length);
			return change({selectedEvent: index === 0 ? undefined : ids[index]});
		}
		if (content.type === 'table') change({row: clamp(wanted(row, content.rows.length), content.rows.length)});
		if (content.type === 'page') change({row: clamp(wanted(row, lastTop + 1), lastTop + 1)});
	};

	/** Goes to a place that may be in another environment, with the cursor on it. */
	const visit = (location: DashboardLocation) => {
		if (location.screen === 'environments') return goTo(location);
		const {environment} = location;
		change({selectedEnvironment: environment, selectedObject: undefined});
		goTo(location);
		change({
			selectedObject:
				location.screen === 'object'
					? location.address
					: (location.screen === 'all-logs' && location.deployment?.address) || shownObjects(state())[0]?.address,
		});
	};

	const open = () => {
		const {location, content, row} = state();
		if (location.screen === 'environments') {
			const environment = currentEnvironment(state())?.name;
			if (environment !== undefined) visit({screen: 'environment', environment});
		} else if (location.screen === 'environment') {
			const address = currentObject(state())?.address;
			if (address !== undefined) goTo({screen: 'object', environment: location.environment, address, tab: 'logs'});
		} else if (location.screen === 'events') {
			const {environment, object: address = ''} = selectedEvent(state()) ?? {};
			const owner = state().environments.find(({name}) => name === environment);
			if (!owner?.objects.some(object => object.address === address)) return say('There is nothing to open');
			visit({screen: 'object', environment: owner.name, address, tab: 'logs'});
		} else if (location.screen === 'object' && content.type === 'table') {
			const id = content.rows[row]?.deployment;
			if (id === undefined) return say('There is nothing to open');
			goTo({screen: 'all-logs', environment: location.environment, deployment: {id, address: location.address}});
		}
	};
	const back = () => {
		const {location, filter} = state();
		if (filter !== '') return change({filter: ''});
		if (log.getSnapshot().isZoomed && isOnLog(state())) return void log.act('zoom', 0);
		if (location.screen === 'environment' || location.screen === 'comparison') goTo({screen: 'environments'});
		else if (location.screen === 'events')
			goTo(location.isAll ? {screen: 'environments'} : {screen: 'environment', environment: location.environment});
		else if (location.screen === 'object') goTo({screen: 'environment', environment: location.environment});
		else if (location.screen === 'all-logs')
			goTo(
				location.deployment
					? {
							screen: 'object',
							environment: location.environment,
							address: location.deployment.address,
							tab: 'deployments',
						}
					: {screen: 'environment', environment: location.environment},
			);
	};

	const showTab = (wanted: (index: number, count: number) => number) => {
		const {location} = state();
		const object = currentObject(state());
		if (location.screen !== 'object' || !object) return;
		const tabs = tabsOf(object);
		const tab = tabs[wanted(tabs.indexOf(location.tab), tabs.length)];
		if (tab && tab !== location.tab) goTo({...location, tab});
	};
	const showSibling = (by: 1 | -1, {lastColumn = 0}: Viewport) => {
		const {location, firstColumn} = state();
		if (location.screen === 'environments')
			return change({firstColumn: Math.max(0, Math.min(firstColumn + by, lastColumn))});
		if (location.screen === 'all-logs') {
			const {pool, view} = log.getSnapshot();
			return log.choose(nextSource(pool, view, by));
		}
		const objects = shownObjects(state());
		const index = objects.findIndex(({address}) => location.screen === 'object' && address === location.address);
		const sibling = objects[(index + by + objects.length) % objects.length];
		if (location.screen !== 'object' || !sibling) return;
		const tab = tabsOf(sibling).includes(location.tab) ? location.tab : 'overview';
		change({selectedObject: sibling.address});
		goTo({...location, address: sibling.address, tab});
	};

	const start = (request: Run) => {
		const refusal = refusalOf(state(), request);
		if (refusal === undefined) effects.start(request);
		else say(refusal);
	};
	/** What takes the terminal stops this process for a while, and with it what runs. */
	const takeTerminal = (request: TerminalRun) => {
		if (state().tasks.some(isBusy)) say(waitForEnd);
		else leave({type: 'run', ...request});
	};
	const run = (verb: FrameVerb) => {
		const environment = currentEnvironment(state())?.name;
		if (environment === undefined) return say('No environment is selected');
		const {location, content, row} = state();
		const object = currentObject(state());
		// On a service's own screen, rollback and promote are for that service; elsewhere for all of them.
		const isOfService =
			location.screen === 'object' && object?.kind === 'service' && (verb === 'rollback' || verb === 'promote');
		// The selected deployment is unknown until the list is loaded.
		if (isOfService && location.tab === 'deployments' && content.type === 'loading')
			return say('The deployments are still loading');
		const {deployment, refusal} = (content.type === 'table' && isOfService ? content.rows[row] : undefined) ?? {};
		if (verb === 'rollback' && refusal !== undefined) return say(refusal);
		start({
			verb,
			environment,
			...(object && (isOfService || verb === 'restart') ? {object: object.name} : {}),
			...(deployment !== undefined && verb === 'rollback' ? {deployment} : {}),
		});
	};
	const mark = () => {
		const name = currentEnvironment(state())?.name;
		change({marked: name === state().marked ? undefined : name});
	};
	const showEvents = () => {
		const environment = currentEnvironment(state())?.name;
		if (environment === undefined) return say('No environment is selected');
		change({selectedEvent: undefined});
		goTo({screen: 'events', environment, isAll: state().location.screen === 'environments'});
	};
	const compare = () => {
		const environment = currentEnvironment(state())?.name;
		const other = otherEnvironment(state());
		if (environment === undefined) return;
		if (other === undefined) return say('Mark another environment with space first');
		goTo({screen: 'comparison', environment, other});
	};
	const promoteTo = () => {
		const from = currentEnvironment(state())?.name;
		const environment = otherEnvironment(state());
		if (from === undefined) return;
		if (environment === undefined) return say('Mark the environment to promote to with space first');
		start({verb: 'promote', environment, from});
	};
	const runOwn = (name: string) => {
		const environment = currentEnvironment(state())?.name;
		if (environment === undefined) return say('No environment is selected');
		const object = currentObject(state())?.name;
		if (state().tasks.some(isBusy)) return say(waitForEnd);
		leave({type: 'command', name, environment, ...(object === undefined ? {} : {object})});
	};
	const workOnBackup = (verb: 'verify' | 'restore') => {
		const {location, content, row} = state();
		const object = currentObject(state());
		const environment = currentEnvironment(state())?.name;
		if (!object || environment === undefined) return;
		const isOnBackups = location.screen === 'object' && location.tab === 'backups' && content.type === 'table';
		const {backup, refusal} = (isOnBackups ? content.rows[row] : undefined) ?? {};
		if (backup === undefined) return say(refusal ?? `Select the backup to ${verb} in the tab backups`);
		start({verb, environment, object: object.name, backup});
	};
	const backUp = () => {
		const object = currentObject(state());
		const environment = currentEnvironment(state())?.name;
		if (object && environment !== undefined) start({verb: 'backup', environment, object: object.name});
	};
	const shell = () => {
		const object = currentObject(state());
		const environment = currentEnvironment(state())?.name;
		if (!object || environment === undefined) return say('Nothing is selected');
		if (object.tone === 'quiet' || object.state === 'stopped' || object.state === 'missing')
			return say(`${object.name} is not running`);
		takeTerminal({verb: 'shell', environment, object: object.name});
	};
	const openUrl = () => {
		const object = currentObject(state());
		if (!object?.url) return say(`${object?.name ?? 'What is selected'} has no URL`);
		const environment = currentEnvironment(state())?.name;
		// ssh may have to ask, and the address is there for as long as it runs.
		if (object.needsForwarding && environment !== undefined)
			return takeTerminal({verb: 'open', environment, object: object.name});
		say(effects.openUrl(object.url) ? `Opened ${object.url}` : `No browser found for ${object.url} (y copies it)`);
	};
	const copy = () => {
		const {location, content, row} = state();
		const object = currentObject(state());
		const record = content.type === 'table' && location.screen === 'object' ? content.rows[row]?.id : undefined;
		const event = location.screen === 'events' ? selectedEvent(state()) : undefined;
		const happened = event && `${event.object} ${event.text}`;
		const text = record ?? happened ?? object?.url ?? object?.name ?? currentEnvironment(state())?.name;
		if (text === undefined) return say('Nothing to copy');
		effects.copy(text);
		say(`Copied ${text}`);
	};

	const handlers = (viewport: Viewport, key: string): Partial<Record<KeyAction, () => void>> => {
		const half = Math.max(1, Math.floor(viewport.rows / 2));
		const scroll = (by: number) => () => moveTo(index => index + by, viewport);
		const verbs = ['plan', 'apply', 'restart', 'stop', 'start', 'rollback', 'promote', 'discard', 'destroy'] as const;
		return {
			...Object.fromEntries(verbs.map(verb => [verb, () => run(verb)])),
			up: scroll(-1),
			down: scroll(1),
			'half-up': scroll(-half),
			'half-down': scroll(half),
			first: () => moveTo(() => 0, viewport),
			last: () => moveTo((_, count) => count - 1, viewport),
			open,
			back,
			logs: () => {
				const {location} = state();
				if (location.screen === 'environment') goTo({screen: 'all-logs', environment: location.environment});
			},
			'next-tab': () => showTab((index, count) => (index + 1) % count),
			'previous-tab': () => showTab((index, count) => (index + count - 1) % count),
			tab: () => showTab(() => Number(key) - 1),
			previous: () => showSibling(-1, viewport),
			next: () => showSibling(1, viewport),
			sort: () => {
				const sort = sorts[(sorts.indexOf(state().sort) + 1) % sorts.length]!;
				change({sort, message: `Sorted: ${sort}`});
			},
			filter: () => change({overlay: {type: 'filter', previous: state().filter}}),
			palette: () => change({overlay: {type: 'palette', typed: '', cursor: 0}}),
			help: () => change({overlay: {type: 'help', top: 0}}),
			task: tasks.look,
			quit: tasks.quit,
			mark,
			events: showEvents,
			diff: compare,
			'promote-to': promoteTo,
			shell,
			prune: () => {
				const environment = currentEnvironment(state())?.name;
				if (environment === undefined) return say('No environment is selected');
				takeTerminal({verb: 'prune', environment});
			},
			backup: backUp,
			verify: () => workOnBackup('verify'),
			restore: () => workOnBackup('restore'),
			'open-url': openUrl,
			copy,
			retry: effects.retry,
			init: () => {
				if (state().problem?.canInit) takeTerminal({verb: 'init', environment: ''});
			},
		};
	};

	const act = (action: KeyAction, key: string, viewport: Viewport): void => {
		const own = userCommandOf(action);
		const isOfLog = !state().problem && isOnLog(state());
		if (own !== undefined) runOwn(own);
		else if (!isOfLog || !log.act(action, viewport.rows)) handlers(viewport, key)[action]?.();
	};
	return {act, visit};
}
