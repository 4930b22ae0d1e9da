import {describe, expect, test} from 'vitest';
import {createApplyStore} from '../../source/ui/apply/store.ts';
import {type ApproveState, createApproveStore, isTyping as isTextTyped} from '../../source/ui/approve/store.ts';
import {activeScreens} from '../../source/ui/dashboard/contexts.ts';
import type {DashboardState} from '../../source/ui/dashboard/state.ts';
import {createDevStore, devScreens} from '../../source/ui/dev/store.ts';
import {helpOf} from '../../source/ui/keys/key-hints.ts';
import {defaultKeymap, type KeyAction, type KeyScreen} from '../../source/ui/keys/keymap.ts';
import {createTask} from '../../source/ui/task/create-task.ts';
import type {TaskControls} from '../../source/ui/task/task.ts';
import {begin, ended, type Happening, log, started, twoCauses} from './apply-events.ts';
import {backups, createDashboard, events, page, poolOf, production, staging, table} from './browse-data.ts';
import {createManualClock} from './manual-clock.ts';
import {dataDeletion, firstDeploy} from './plans.ts';

const printable = Array.from({length: 94}, (_, index) => String.fromCharCode(33 + index));
const named = 'up down left right pageup pagedown home end enter escape tab shift-tab backspace delete space'.split(
	' ',
);
const controls = Array.from({length: 26}, (_, index) => `ctrl-${String.fromCharCode(97 + index)}`);

/** Every key that a keyboard has, the ones with alt too. */
const everyKey = [...printable, ...named, ...controls, ...printable.map(key => `alt-${key}`)];

/** The shell's own: the screen hears of it before any store does (test/terminal). */
const isOfTheTerminal = (action: KeyAction | undefined): boolean => action === 'suspend';

/** A screen in a state in which each of its keys has something to do. */
type Situation = {
	readonly screens: readonly KeyScreen[];
	readonly press: (key: string) => void;
	/** All that a key can change. */
	readonly look: () => unknown;
};

const isTyping = (screens: readonly KeyScreen[]): boolean =>
	screens.some(screen => ['palette', 'input', 'confirm'].includes(screen));

function browse(part: Partial<DashboardState>, ...before: readonly string[]): () => Situation {
	return () => {
		const {store, asked} = createDashboard([staging, production, {...production, name: 'zeta'}]);
		const room = {rows: 3, lastTop: 3, lastColumn: 2};
		store.update({
			firstColumn: 1,
			selectedEnvironment: 'production',
			selectedObject: 'service.web',
			filter: '',
			row: 1,
			...part,
		});
		store.log.show(
			poolOf(Array.from({length: 40}, (_, index) => [['api', 'db'][index % 9] ?? 'web', 'stdout', `line ${index}`])),
		);
		for (const key of before) store.press(key, room);
		return {
			screens: activeScreens(store.getSnapshot(), store.log.getSnapshot()),
			press: key => store.press(key, room),
			look: () => {
				const {pool, shown, ...log} = store.log.getSnapshot();
				return structuredClone({...store.getSnapshot(), log, asked});
			},
		};
	};
}

const screenOf = (state: ApproveState): KeyScreen =>
	state.helpTop !== undefined ? 'help' : isTextTyped(state) ? 'input' : state.screen;

function approve(plan: Parameters<typeof createApproveStore>[0], ...before: readonly string[]): () => Situation {
	return () => {
		const store = createApproveStore(plan, {full: () => 'line\n'.repeat(60), action: ({address}) => [address]});
		for (const key of before) store.press(key, 3);
		return {
			screens: [screenOf(store.getSnapshot())],
			press: key => store.press(key, 3),
			look: () => structuredClone(store.getSnapshot()),
		};
	};
}

function apply(...before: readonly string[]): () => Situation {
	return () => {
		const clock = createManualClock();
		const cancels: string[] = [];
		const store = createApplyStore({clock, onCancel: cancel => cancels.push(cancel)});
		const lines = Array.from({length: 40}, (_, index) => log('image.api', `line ${index}`));
		for (const event of [started(), begin('image.api'), ...lines]) store.emit({...event, at: 0} as never);
		const press = (key: string) => store.press(key, {log: 3, help: 3});
		for (const key of before) press(key);
		return {
			screens: [store.getSnapshot().helpTop === undefined ? store.getSnapshot().focus : 'help'],
			press,
			look: () => structuredClone({...store.getSnapshot(), cancels}),
		};
	};
}

/** An apply of which two steps have failed, with the second one in the middle of the list. */
function failingWith(more: readonly Happening[], before: readonly string[]): () => Situation {
	return () => {
		const clock = createManualClock();
		const calls: string[] = [];
		const onCancel = (cancel: string) => calls.push(cancel);
		const store = createApplyStore({clock, onCancel, onEnd: end => calls.push(end)});
		const lines = Array.from({length: 40}, (_, index) => log('service.unready', `line ${index}`));
		for (const event of [...twoCauses(), ...lines, ...more]) store.emit({...event, at: 0} as never);
		const press = (key: string) => store.press(key, {log: 3, help: 3});
		for (const key of ['n', 'ctrl-u', 'ctrl-u', ...before]) press(key);
		return {
			screens: [store.getSnapshot().focus],
			press,
			look: () => structuredClone({...store.getSnapshot(), calls}),
		};
	};
}

/** The page of a task, in a dashboard with two of them. */
function task(prepare: (controls: TaskControls) => void, ...before: readonly string[]): () => Situation {
	return () => {
		const clock = createManualClock();
		const {store, asked} = createDashboard([staging, production]);
		const [other, shown] = ['staging', 'production'].map(environment => {
			const subject = {title: 'apply', doing: 'applying', environment, onlyReads: false};
			return createTask(subject, {clock, keymap: defaultKeymap});
		}) as [ReturnType<typeof createTask>, ReturnType<typeof createTask>];
		store.update({location: inProduction, selectedEnvironment: 'production', selectedObject: 'service.web'});
		store.begin(other.task);
		other.controls.openApply({onCancel: () => undefined, staysOpen: true});
		store.begin(shown.task);
		prepare(shown.controls);
		const room = {rows: 3, lastTop: 3};
		for (const key of before) store.press(key, room);
		return {
			screens: activeScreens(store.getSnapshot(), store.log.getSnapshot()),
			press: key => store.press(key, room),
			look: () => {
				const {tasks, task: looked, ...state} = store.getSnapshot();
				const states = [other, shown].map(({task: each}) => {
					const {apply: steps, question, ...rest} = each.getSnapshot();
					return {...rest, steps: steps?.getSnapshot(), question: question?.type};
				});
				return structuredClone({...state, asked, count: tasks.length, looked: looked?.environment, states});
			},
		};
	};
}

/** A task whose apply has the events. */
const applying =
	(events: readonly Happening[]) =>
	({openApply}: TaskControls) => {
		const {emit} = openApply({onCancel: () => undefined, staysOpen: true});
		const lines = Array.from({length: 40}, (_, index) => log('service.unready', `line ${index}`));
		for (const event of [...twoCauses(), ...lines, ...events]) emit({...event, at: 0} as never);
	};

const printed = ({print, end}: TaskControls) => {
	print('line\n'.repeat(60));
	end('done', false);
};

const failing = (...before: readonly string[]) => failingWith([], before);
const failed = (...before: readonly string[]) => failingWith([ended({failed: 2})], before);

/** `compartment dev` with a plan that waits, and its log. */
function dev(...before: readonly string[]): () => Situation {
	return () => {
		const calls: string[] = [];
		const call = (name: string) => () => void calls.push(name);
		const keys = {interrupt: call('interrupt'), leave: call('leave'), look: call('look'), again: call('again')};
		const save = async (name: string) => {
			calls.push(name);
			return 'saved.log';
		};
		const effects = {copy: call('copy'), page: call('page'), save};
		const openUrl = (url: string) => calls.push(url) > 0;
		const clock = createManualClock();
		const store = createDevStore({clock, environment: 'development', keys: {...keys, openUrl}, effects});
		for (let index = 0; index < 40; index++)
			store.emit({
				type: 'line',
				line: {source: index % 2 ? 'web' : 'api', stream: 'stdout', at: '', text: `line ${index}`},
			});
		store.emit({type: 'planned', at: 0, line: '-/+ resource.db', plan: dataDeletion()});
		store.emit({type: 'waiting', at: 0, addresses: ['resource.db']});
		const urls = [{service: 'web', url: 'http://notes.localhost:9080', asksPassword: false}];
		store.emit({type: 'watching', at: 0, folders: 3, urls});
		for (const key of before) store.press(key, 3);
		return {
			screens: devScreens(store.getSnapshot(), store.log.getSnapshot()),
			press: key => store.press(key, 3),
			look: () => {
				const {pool, shown, ...log} = store.log.getSnapshot();
				return structuredClone({...store.getSnapshot(), log, calls});
			},
		};
	};
}

const inProduction = {screen: 'environment', environment: 'production'} as const;
const inEvents = {screen: 'events', environment: 'production', isAll: false} as const;
const comparison = {screen: 'comparison', environment: 'production', other: 'staging'} as const;
const tab = (name: 'logs' | 'overview' | 'deployments') =>
	({screen: 'object', environment: 'production', address: 'service.api', tab: name}) as const;
const backupsTab = {screen: 'object', environment: 'production', address: 'resource.db', tab: 'backups'} as const;
/** A search that stands on a line in the middle of what is kept. */
const searched = ['/', 'l', 'i', 'n', 'e', 'enter', ...'N'.repeat(20)];

const situations: Readonly<Record<string, () => Situation>> = {
	environments: browse({}),
	environment: browse({location: inProduction}),
	events: browse({location: inEvents, events, selectedEvent: 3}),
	comparison: browse({location: comparison, content: page}),
	page: browse({location: tab('overview'), content: page}),
	'table of deployments': browse({location: tab('deployments'), content: table}),
	'table of backups': browse({location: backupsTab, content: backups, row: 1}),
	'page of a resource': browse({location: {...backupsTab, tab: 'overview'}, content: page}),
	'log of one': browse({location: tab('logs')}, ...searched),
	'all logs': browse({location: {screen: 'all-logs', environment: 'production'}}, ...searched),
	'row of services': browse(
		{location: {screen: 'all-logs', environment: 'production'}},
		...searched,
		'tab',
		'space',
		'right',
	),
	'filter of a log': browse({location: tab('logs')}, '&', 'w'),
	problem: browse({problem: {message: 'compartment.yml was not found', hint: undefined, canInit: true}}),
	palette: browse({location: inProduction}, ':', 'o', 'down'),
	filter: browse({location: inProduction}, '/', 'w'),
	search: browse({location: tab('logs')}, '/', 'w'),
	help: browse({location: tab('logs')}, '?', 'down'),
	approve: approve(firstDeploy(), ...'kkk '),
	'filter of an approval': approve(firstDeploy(), '/', 'w'),
	'full diff': approve(firstDeploy(), 'd', '/', ...'line', 'enter', ...'jj'),
	'search of a diff': approve(firstDeploy(), 'd', '/', 'l'),
	confirmation: approve(dataDeletion(), ...'yab'),
	'help of an approval': approve(firstDeploy(), '?', 'down'),
	'steps of a failing apply': failing(),
	'log of a failing apply': failing('tab', ...'k'.repeat(20)),
	'steps of a failed apply': failed(),
	'planning task': task(({print}) => print('line\n'.repeat(60)), '/', ...'line', 'enter', ...'jjj'),
	'result of a task': task(printed, '/', ...'line', 'enter', ...'jjj'),
	'search of a task': task(printed, '/', 'l'),
	'question of a task': task(({askYes}) => void askYes('The agent restarts what fails.', 'Register it?')),
	'task that fails': task(applying([]), 'n', 'ctrl-u', 'ctrl-u'),
	'task that has failed': task(applying([ended({failed: 2})]), 'n', 'ctrl-u', 'ctrl-u'),
	'log of a task that has failed': task(applying([ended({failed: 2})]), 'n', 'tab', ...'k'.repeat(20)),
	'help of a task': task(applying([]), '?', 'down'),
	'quitting while a task runs': task(applying([]), 'q'),
	'dashboard with a task': task(applying([]), 'escape'),
	steps: apply('g', 'j', 'j', 'j', 'j', ...Array(6).fill('ctrl-u')),
	'log of a step': apply('g', 'j', 'j', 'j', 'j', 'tab', ...'k'.repeat(20)),
	'help of an apply': apply('?', 'down'),
	'compartment dev': dev(...searched),
	'search in compartment dev': dev('/', 'w'),
	'help of compartment dev': dev('?', 'down'),
};

describe.each(Object.keys(situations))('in the situation "%s"', name => {
	const {screens} = situations[name]!();
	const inHelp = new Set(defaultKeymap.bindingsOf(...screens).flatMap(({keys}) => keys));
	const isDone = (key: string): boolean => {
		const {press, look} = situations[name]!();
		const before = JSON.stringify(look());
		press(key);
		return JSON.stringify(look()) !== before;
	};

	test('every key of the help has an effect', () => {
		expect(helpOf(screens).length).toBeGreaterThan(0);
		const idle = [...inHelp].filter(key => !isOfTheTerminal(defaultKeymap.actionOf(key, ...screens)) && !isDone(key));
		// A number without a tab has nowhere to go.
		expect(idle.filter(key => !/^[1-9]$/.test(key))).toEqual([]);
	});

	test('a key that is not in the help has none', () => {
		const isText = (key: string) => isTyping(screens) && (Array.from(key).length === 1 || key === 'space');
		expect(everyKey.filter(key => !inHelp.has(key) && !isText(key) && isDone(key))).toEqual([]);
	});
});
