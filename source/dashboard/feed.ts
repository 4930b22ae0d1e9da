import {setTimeout as pause} from 'node:timers/promises';
import {descriptorFile, routesFile} from '../descriptor/names.ts';
import {messageOf} from '../errors.ts';
import {labels} from '../model/labels.ts';
import type {Terminal} from '../output/terminal.ts';
import type {Link} from '../ui/dashboard/data.ts';
import {currentEnvironment} from '../ui/dashboard/lookups.ts';
import type {DashboardStore} from '../ui/dashboard/store.ts';
import type {FrameClock} from '../ui/parts/frame-clock.ts';
import type {EngineConnection} from '../workspace/workspace.ts';
import {byConnection, type Connections} from './connections.ts';
import {createEventLog} from './event-log.ts';
import {createFigureReader} from './figures.ts';
import {followAgents} from './follow-agents.ts';
import {entryOf, type Knowledge, sourcesIn, viewsOf} from './knowledge.ts';
import {joinLinks} from './link.ts';
import {createLoadReader} from './load-reader.ts';
import {createLogReader, type LogPart} from './log-reader.ts';
import {onSelection} from './on-selection.ts';
import {readPending} from './pending.ts';
import {createQueue} from './queue.ts';
import {createTabReader} from './tab-reader.ts';
import {watchEngine} from './watch.ts';
import {watchFiles} from './watch-files.ts';
import {askEngines, type Files, problemOf, readCopies, readDrift, readFiles} from './world.ts';

type Options = {
	readonly store: DashboardStore;
	readonly clock: FrameClock;
	readonly connections: Connections;
	readonly terminal: Terminal;
	readonly part: LogPart;
	/** Whether the only environment is opened automatically. */
	readonly canEnter: boolean;
};

export type DashboardFeed = {
	/** Schedules reading the files and the engine again. */
	readonly reload: () => void;
	/** Stops all reading. */
	readonly close: () => void;
};

const ourFiles: readonly string[] = [descriptorFile, routesFile, 'state.json'];

/** Poll interval of the health, which changes without events. */
const healthPaceMs = 5000;

/** A plan keeps this process busy, so what came with the same event is read before it. */
const driftDelayMs = 300;

/** Least time between two plans: a crash loop has an event every second or two. */
const driftPauseMs = 4000;

/** Poll interval of what an apply would do, which depends on the sources. */
const pendingPaceMs = 15_000;

const firstLine = (text: string): string => text.split('\n', 1)[0]!;

/** Whether the same environments are in the same states. */
function isSameState(before: Files | undefined, {environments}: Files): boolean {
	const serials = (entries: Files['environments']) =>
		entries.map(({name, state}) => [name, state?.lineage, state?.serial]);
	return before !== undefined && JSON.stringify(serials(before.environments)) === JSON.stringify(serials(environments));
}

type Shown = Pick<Options, 'store'> & {readonly known: Knowledge; readonly isEntering: boolean};

/** Updates the store with what is known. */
function show({store, known, isEntering}: Shown): void {
	const {files, answers} = known;
	if (!files) return;
	const {environments, trouble} = files;
	const [only, ...others] = environments;
	const isEntered = isEntering && only !== undefined && others.length === 0;
	store.update({
		...(isEntered ? {location: {screen: 'environment', environment: only.name}} : {}),
		project: files.name,
		problem: problemOf(files),
		...(answers ? {environments: viewsOf(known), isLoaded: true} : {}),
		trouble: trouble && environments.length > 0 ? firstLine(messageOf(trouble)) : undefined,
	});
}

/** Reads what the dashboard shows while it is open. Only health and the visible figures are polled. */
export function startDashboardFeed({store, clock, connections, terminal, part, canEnter}: Options): DashboardFeed {
	const stop = new AbortController();
	const {signal} = stop;
	const known: Knowledge = {drift: new Map(), pending: new Map()};
	const readers = {
		entryOf: (environment: string) => entryOf(known, environment),
		sourcesIn: (environment: string) => sourcesIn(known, environment),
	};
	const log = createLogReader({store, clock, terminal, part, ...readers});
	const figures = createFigureReader({store, ...readers});
	const events = createEventLog(store, () => known.files);
	const load = createLoadReader({store, entryOf: readers.entryOf});
	const tab = createTabReader({store, known, terminal, signal});

	const followShown = () => {
		if (!known.files || signal.aborted) return;
		const state = store.getSnapshot();
		log.follow(state);
		figures.follow(state);
		load.follow(state);
		tab.follow(state);
		const name = currentEnvironment(state)?.name;
		if (name !== undefined && known.answers && !known.pending.has(name)) pending.ask().catch(() => undefined);
	};
	let isEntering = canEnter;
	const showKnown = () => {
		if (signal.aborted) return;
		show({store, known, isEntering});
		isEntering = false;
		followShown();
	};

	const agents = followAgents({
		files: () => known.files,
		onRead(reports) {
			known.agents = reports;
			showKnown();
		},
		signal,
	});

	/** The environment that is open or selected: changes of sources are looked for only there. */
	const shownEntry = () => readers.entryOf(currentEnvironment(store.getSnapshot())?.name ?? '');
	const engines = createQueue(async () => {
		if (!known.files || signal.aborted) return;
		known.answers = await askEngines(known.files, known.answers);
		showKnown();
	});
	// Takes as long as a plan, so health never waits for it.
	let driftAt = 0;
	const drift = createQueue(async () => {
		const waitMs = Math.max(driftDelayMs, driftAt + driftPauseMs - Date.now());
		await pause(waitMs, undefined, {signal, ref: false});
		const {project, environments = []} = known.files ?? {};
		if (!project) return;
		for (const {name, state, directory, connection} of environments) {
			if (signal.aborted) return;
			if (state) known.drift.set(name, await readDrift(connection, project, state, directory));
		}
		driftAt = Date.now();
		showKnown();
		tab.forget();
		followShown();
		await pending.ask();
	});
	const pending = createQueue(async () => {
		const {project} = known.files ?? {};
		const {state, connection, directory, name = ''} = shownEntry() ?? {};
		if (!project || !state || !connection || !directory) return;
		// So that it is not asked for again meanwhile.
		if (!known.pending.has(name)) known.pending.set(name, undefined);
		known.pending.set(name, await readPending(connection, project, state, directory));
		showKnown();
	});
	const links = new Map<EngineConnection, Link>();
	/** Follows each engine from the first time that an environment is on it. */
	const watchEngines = ({environments}: Files) => {
		for (const connection of byConnection(environments).keys()) {
			if (links.has(connection)) continue;
			links.set(connection, {status: 'connecting'});
			void watchEngine({
				...connection,
				signal,
				isOurs: attributes =>
					attributes['name'] === connection.router.name ||
					(known.files !== undefined && attributes[labels.project] === known.files.name),
				onEvent(event) {
					events.add(event, connection.router.name);
				},
				onLink(link) {
					links.set(connection, link);
					const named = [...links].map(([{engine}, each]) => ({address: engine.address, link: each}));
					store.update({link: joinLinks(named)});
				},
				onChange() {
					engines.ask().catch(() => undefined);
					readAgain();
				},
			});
		}
	};
	// Whether the engines are asked even if no state has changed. After an event they are asked at once.
	let isAsked = true;
	const reading = createQueue(async () => {
		const before = known.files;
		// Show the files before the engine answers.
		const first = await readFiles(connections);
		known.files = first;
		showKnown();
		if (signal.aborted) return;
		const files = await readCopies(connections, first);
		known.files = files;
		watchEngines(files);
		// An agent that nothing is known of is no reason to show nothing.
		const asked = agents.ask().catch(() => undefined);
		if (isAsked || !isSameState(before, files)) await engines.ask();
		isAsked = false;
		await asked;
		// An engine that is lost meanwhile is reported by the watch.
		drift.ask().catch(() => undefined);
	});
	const reload = () => {
		isAsked = true;
		readAgain();
	};
	const readAgain = () => {
		if (signal.aborted) return;
		// The watch reports a lost engine and reconnects.
		reading.ask().catch(error => {
			if (!signal.aborted && !known.answers) store.update({trouble: firstLine(messageOf(error))});
		});
	};

	// Health changes without an event: a program hangs, or has run for a minute since it crashed.
	const pollHealth = async () => {
		for (;;) {
			await pause(healthPaceMs, undefined, {signal, ref: false});
			if (!known.files || !known.answers || store.getSnapshot().link.status !== 'live') continue;
			await engines.ask().catch(() => undefined);
		}
	};
	// Sources change without an event.
	const pollPending = async () => {
		for (;;) {
			await pause(pendingPaceMs, undefined, {signal, ref: false});
			const {location, link} = store.getSnapshot();
			if (location.screen === 'environment' && link.status === 'live') await pending.ask().catch(() => undefined);
		}
	};
	pollPending().catch(error => {
		if (!signal.aborted) throw error;
	});
	pollHealth().catch(error => {
		if (!signal.aborted) throw error;
	});

	const stopSelection = onSelection(store, followShown);
	const stopFiles = watchFiles({
		folders: () =>
			known.files
				? [known.files.directory, ...known.files.environments.map(({directory}) => directory)]
				: [process.cwd()],
		isWatched: name => ourFiles.includes(name),
		onChange: reload,
	});
	reload();

	return {
		reload,
		close() {
			stop.abort();
			stopSelection();
			stopFiles();
			log.close();
			figures.close();
			load.close();
			events.close();
		},
	};
}
