import {messageOf} from '../errors.ts';
import {labels} from '../model/labels.ts';
import {currentEnvironment, currentObject} from '../ui/browse-lookups.ts';
import type {BrowseState} from '../ui/stores/browse-state.ts';
import type {BrowseStore} from '../ui/stores/browse-store.ts';
import type {FrameClock} from '../ui/stores/frame-clock.ts';
import {createLogPool} from '../ui/stores/log-pool.ts';
import {startFigures} from './browse-figures.ts';
import {runLogOf} from './browse-history.ts';
import {createQueue} from './browse-queue.ts';
import {shownLogOf} from './browse-shown-log.ts';
import {readTab} from './browse-tabs.ts';
import {watchEngine} from './browse-watch.ts';
import {watchFiles} from './browse-watch-files.ts';
import {askEngine, type Files, problemOf, readDrift, readFiles, viewEnvironments} from './browse-world.ts';
import {createLogFeed, type LogFeed} from './log-feed.ts';
import {findLogSources, type LogSource} from './log-sources.ts';
import type {Terminal} from './terminal.ts';
import type {EnginePlace, Workspace} from './workspace.ts';

export type LogPart = {readonly tail: number; readonly since?: string};

type Options = {
	readonly store: BrowseStore;
	readonly clock: FrameClock;
	readonly place: EnginePlace;
	readonly terminal: Terminal;
	readonly part: LogPart;
	/** Whether the only environment is entered by itself. */
	readonly canEnter: boolean;
};

export type BrowseFeed = {
	/** Reads the files and the engine anew, soon. */
	readonly reload: () => void;
	/** Ends everything that reads. */
	readonly close: () => void;
};

/** Moving through a list opens no log for every row on the way. */
const settleMs = 60;

type Observed = Awaited<ReturnType<typeof askEngine>>;
type Drift = Awaited<ReturnType<typeof readDrift>>;

/** Reads what the dashboard shows, for as long as it is open: nothing is polled but the figures in sight. */
export function startBrowseFeed({store, clock, place, terminal, part, canEnter}: Options): BrowseFeed {
	const stop = new AbortController();
	const {signal} = stop;
	const drift = new Map<string, Drift>();
	let files: Files | undefined;
	let answers: Observed | undefined;
	let logFeed: LogFeed | undefined;
	let stopFigures: (() => void) | undefined;
	let shouldEnter = canEnter;
	let shownLog = '';
	let shownTab = '';
	let settling: NodeJS.Timeout | undefined;

	const entryOf = (environment: string | undefined) => files?.environments.find(({name}) => name === environment);
	const sourcesIn = (environment: string | undefined): LogSource[] => {
		const state = entryOf(environment)?.state;
		return state && answers ? findLogSources(state, answers.observed) : [];
	};
	const workspaceOf = (environment: string): Workspace | undefined => {
		const entry = entryOf(environment);
		return (
			files?.project &&
			entry && {...place, project: files.project, environment, directory: entry.directory, warnings: []}
		);
	};

	const show = () => {
		if (!files) return;
		const environments = viewEnvironments(place, files, {
			observed: answers?.observed ?? {containers: [], networks: [], volumes: []},
			routerState: answers?.routerState ?? 'missing',
			drift,
		});
		const warning =
			files.trouble && files.environments.length > 0
				? `compartment.yml: ${messageOf(files.trouble).split('\n')[0]}`
				: undefined;
		const [only, ...others] = files.environments;
		const isEntered = shouldEnter && only !== undefined && others.length === 0;
		shouldEnter = false;
		store.update({
			...(isEntered ? {place: {screen: 'environment', environment: only.name}} : {}),
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
		answers = await askEngine(place);
		if (signal.aborted) return;
		show();
		await readAllDrift();
		shownTab = '';
		followShown();
	});
	const reload = () => {
		if (signal.aborted) return;
		// A lost engine is told by the watch, which also comes back to it.
		reading.ask().catch(error => {
			if (!signal.aborted && !answers) store.update({message: messageOf(error)});
		});
	};
	const readAllDrift = async () => {
		const {project, environments = []} = files ?? {};
		if (!project) return;
		for (const {name, state, directory} of environments) {
			if (signal.aborted) return;
			if (state) drift.set(name, await readDrift(place, project, state, directory));
		}
		if (!signal.aborted) show();
	};

	const followLog = (state: BrowseState) => {
		const wanted = shownLogOf(state);
		const key = JSON.stringify(wanted);
		if (key !== shownLog) {
			shownLog = key;
			logFeed?.close();
			logFeed = undefined;
			const pool = createLogPool({schedule: clock.request, isLive: wanted?.type !== 'deployment'});
			if (wanted?.type === 'deployment') {
				const entry = entryOf(wanted.environment);
				if (entry) for (const line of runLogOf(entry.directory, entry.state, wanted.id, terminal)) pool.push(line);
			} else if (wanted) logFeed = createLogFeed({engine: place.engine, pool, ...part});
			store.log.show(pool);
		}
		if (wanted?.type === 'live')
			logFeed?.follow(
				sourcesIn(wanted.environment).filter(({name}) => wanted.names === null || wanted.names.includes(name)),
			);
	};
	const followTab = async (state: BrowseState) => {
		const {place: shown} = state;
		const object = currentObject(state);
		if (shown.screen !== 'object' || shown.tab === 'logs' || !object) {
			shownTab = '';
			return;
		}
		const key = JSON.stringify(shown);
		if (key === shownTab) return;
		shownTab = key;
		const content = await readTab(shown.tab, {
			place,
			workspace: workspaceOf(shown.environment),
			state: entryOf(shown.environment)?.state,
			object,
			terminal,
		});
		if (!signal.aborted && JSON.stringify(store.getSnapshot().place) === key) store.update({content});
	};
	const followFigures = ({place: shown}: BrowseState) => {
		const isShown = shown.screen === 'environment' || (shown.screen === 'object' && shown.tab === 'overview');
		if (!isShown) {
			stopFigures?.();
			stopFigures = undefined;
			return;
		}
		stopFigures ??= startFigures({
			...place,
			shown: () => {
				const current = store.getSnapshot();
				const environment = currentEnvironment(current)?.name;
				const state = entryOf(environment)?.state;
				if (!state || current.link.status !== 'live') return undefined;
				const only = current.place.screen === 'object' ? currentObject(current)?.name : undefined;
				return {state, sources: sourcesIn(environment).filter(({name}) => only === undefined || name === only)};
			},
			update: figures => store.update({figures}),
		});
	};
	const followShown = () => {
		const state = store.getSnapshot();
		if (!files || signal.aborted) return;
		followLog(state);
		followFigures(state);
		followTab(state).catch(error => store.update({content: {type: 'problem', message: messageOf(error)}}));
	};

	let former = '';
	const onChange = () => {
		const {place: shown, selectedObject} = store.getSnapshot();
		const key = JSON.stringify([shown, selectedObject]);
		if (key === former) return;
		former = key;
		clearTimeout(settling);
		settling = setTimeout(followShown, settleMs);
	};
	const forget = store.subscribe(onChange);
	const stopFiles = watchFiles(
		() => (files ? [files.directory, ...files.environments.map(({directory}) => directory)] : [process.cwd()]),
		reload,
	);
	void watchEngine({
		...place,
		signal,
		isOurs: attributes =>
			attributes['name'] === place.router.name || (files !== undefined && attributes[labels.project] === files.name),
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
			forget();
			stopFiles();
			logFeed?.close();
			stopFigures?.();
		},
	};
}
