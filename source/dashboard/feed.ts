import {messageOf} from '../errors.ts';
import {labels} from '../model/labels.ts';
import type {Terminal} from '../output/terminal.ts';
import {findLogSources, type LogSource} from '../report/log-sources.ts';
import {currentObject} from '../ui/dashboard/lookups.ts';
import type {DashboardState} from '../ui/dashboard/state.ts';
import type {DashboardStore} from '../ui/dashboard/store.ts';
import type {FrameClock} from '../ui/parts/frame-clock.ts';
import type {EngineConnection, Workspace} from '../workspace/workspace.ts';
import {createFigureReader} from './figures.ts';
import {createLogReader, type LogPart} from './log-reader.ts';
import {createQueue} from './queue.ts';
import {readTab} from './tabs/tabs.ts';
import {watchEngine} from './watch.ts';
import {watchFiles} from './watch-files.ts';
import {askEngine, type EngineAnswer, type Files, problemOf, readDrift, readFiles, viewEnvironments} from './world.ts';

type Options = {
	readonly store: DashboardStore;
	readonly clock: FrameClock;
	readonly connection: EngineConnection;
	readonly terminal: Terminal;
	readonly part: LogPart;
	/** Whether the only environment is opened automatically. */
	readonly canEnter: boolean;
};

export type DashboardFeed = {
	/** Reads the files and the engine anew, soon. */
	readonly reload: () => void;
	/** Ends everything that reads. */
	readonly close: () => void;
};

/** Moving through a list opens no log for every row on the way. */
const settleMs = 60;

type Drift = Awaited<ReturnType<typeof readDrift>>;

const firstLine = (text: string): string => text.split('\n', 1)[0]!;

/** How often what no event tells is asked: a hung program is seen within seconds, and asking costs next to nothing. */
const healthPaceMs = 5000;

/** Reads what the dashboard shows, for as long as it is open: only figures in sight and health are polled. */
export function startDashboardFeed({store, clock, connection, terminal, part, canEnter}: Options): DashboardFeed {
	const stop = new AbortController();
	const {signal} = stop;
	const drift = new Map<string, Drift>();
	let files: Files | undefined;
	let answers: EngineAnswer | undefined;
	let shouldEnter = canEnter;
	let shownTab = '';
	let settling: NodeJS.Timeout | undefined;

	const entryOf = (environment: string | undefined) => files?.environments.find(({name}) => name === environment);
	const sourcesIn = (environment: string | undefined): LogSource[] => {
		const state = entryOf(environment)?.state;
		return state && answers ? findLogSources(state, answers.observed) : [];
	};
	const log = createLogReader({store, clock, connection, terminal, part, entryOf, sourcesIn});
	const figures = createFigureReader({store, connection, entryOf, sourcesIn});
	const workspaceOf = (environment: string): Workspace | undefined => {
		const entry = entryOf(environment);
		return (
			files?.project &&
			entry && {...connection, project: files.project, environment, directory: entry.directory, warnings: []}
		);
	};

	const show = () => {
		if (!files) return;
		const environments = viewEnvironments(connection, files, {
			observed: answers?.observed ?? {containers: [], networks: [], volumes: []},
			routerState: answers?.routerState ?? 'missing',
			vitals: answers?.vitals ?? new Map(),
			drift,
		});
		const warning = files.trouble && files.environments.length > 0 ? firstLine(messageOf(files.trouble)) : undefined;
		const [only, ...others] = files.environments;
		const isEntered = shouldEnter && only !== undefined && others.length === 0;
		shouldEnter = false;
		store.update({
			...(isEntered ? {location: {screen: 'environment', environment: only.name}} : {}),
			project: files.name,
			problem: problemOf(files),
			...(answers ? {environments, isLoaded: true} : {}),
			...(warning === undefined ? {} : {message: warning}),
		});
		followShown();
	};
	const reading = createQueue(async () => {
		const read = await readFiles();
		if (signal.aborted) return;
		files = read;
		show();
		answers = await askEngine(connection, read);
		if (signal.aborted) return;
		show();
		await readAllDrift();
		shownTab = '';
		followShown();
	});
	// Health changes without an event: a program hangs, or has run for a minute since it crashed.
	const refreshHealth = async () => {
		if (files && answers && store.getSnapshot().link.status === 'live') {
			const fresh = await askEngine(connection, files).catch(() => undefined);
			if (fresh) answers = fresh;
			if (fresh && !signal.aborted) show();
		}
		if (!signal.aborted) pulse = setTimeout(refreshHealth, healthPaceMs);
	};
	let pulse = setTimeout(refreshHealth, healthPaceMs);
	const reload = () => {
		if (signal.aborted) return;
		// The watch reports a lost engine and reconnects.
		reading.ask().catch(error => {
			if (!signal.aborted && !answers) store.update({message: messageOf(error)});
		});
	};
	const readAllDrift = async () => {
		const {project, environments = []} = files ?? {};
		if (!project) return;
		for (const {name, state, directory} of environments) {
			if (signal.aborted) return;
			if (state) drift.set(name, await readDrift(connection, project, state, directory));
		}
		if (!signal.aborted) show();
	};

	const followTab = async (state: DashboardState, {trouble}: Files) => {
		const {location: shown} = state;
		const object = currentObject(state);
		if (shown.screen !== 'object' || shown.tab === 'logs' || !object) {
			shownTab = '';
			return;
		}
		const key = JSON.stringify(shown);
		if (key === shownTab) return;
		shownTab = key;
		const content = await readTab(shown.tab, {
			connection,
			workspace: workspaceOf(shown.environment),
			trouble,
			state: entryOf(shown.environment)?.state,
			environment: shown.environment,
			object,
			terminal,
		});
		if (!signal.aborted && JSON.stringify(store.getSnapshot().location) === key) store.update({content});
	};
	const followShown = () => {
		const state = store.getSnapshot();
		if (!files || signal.aborted) return;
		log.follow(state);
		figures.follow(state);
		followTab(state, files).catch(error => store.update({content: {type: 'problem', message: messageOf(error)}}));
	};

	let previous = '';
	const onChange = () => {
		const {location: shown, selectedObject} = store.getSnapshot();
		const key = JSON.stringify([shown, selectedObject]);
		if (key === previous) return;
		previous = key;
		clearTimeout(settling);
		settling = setTimeout(followShown, settleMs);
	};
	const forget = store.subscribe(onChange);
	const stopFiles = watchFiles(
		() => (files ? [files.directory, ...files.environments.map(({directory}) => directory)] : [process.cwd()]),
		reload,
	);
	void watchEngine({
		...connection,
		signal,
		isOurs: attributes =>
			attributes['name'] === connection.router.name ||
			(files !== undefined && attributes[labels.project] === files.name),
		onLink: link => store.update({link}),
		onChange: reload,
	});
	// What is in the files is shown before the engine has answered.
	reload();

	return {
		reload,
		close() {
			stop.abort();
			clearTimeout(settling);
			clearTimeout(pulse);
			forget();
			stopFiles();
			log.close();
			figures.close();
		},
	};
}
