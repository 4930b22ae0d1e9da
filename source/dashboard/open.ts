import {copyToClipboard} from '../console/clipboard.ts';
import {openInBrowser} from '../console/open-in-browser.ts';
import {mayNeedSsh} from '../engine/may-need-ssh.ts';
import {CancelledError} from '../errors.ts';
import type {Terminal} from '../output/terminal.ts';
import {createTerminal} from '../output/terminal.ts';
import {readSettings} from '../settings/settings.ts';
import {hasEngineRecords} from '../state/engine-record-folder.ts';
import type {DashboardEffects, DashboardLocation, Departure, Run} from '../ui/dashboard/state.ts';
import {createDashboardStore} from '../ui/dashboard/store.ts';
import {createKeymap} from '../ui/keys/keymap.ts';
import {createFrameClock} from '../ui/parts/frame-clock.ts';
import type {ScreenFlags} from '../workspace/flags.ts';
import type {DashboardFeed} from './feed.ts';
import type {LogPart} from './log-reader.ts';
import type {DashboardTasks, FrameCommands} from './tasks.ts';

const defaultPart: LogPart = {tail: 500};

const effects: Omit<DashboardEffects, 'retry' | 'start'> = {
	copy: copyToClipboard,
	save: async (environment, name, text) => (await import('./save-log.ts')).saveLog(environment, name, text),
	openUrl: openInBrowser,
};

/** Runs on the main screen what the dashboard was closed for. Returns a message for the dashboard, if any. */
export type Depart = (
	departure: Exclude<Departure, {readonly type: 'quit'}>,
	context: {readonly flags: ScreenFlags; readonly terminal: Terminal},
) => Promise<string | undefined>;

type Options = {
	/** Default: the environments, or the only one. */
	readonly start?: DashboardLocation | undefined;
	readonly flags: ScreenFlags;
	readonly part?: LogPart;
	readonly depart: Depart;
	/** Loads the commands that run in the frame, when the first one is needed. */
	readonly loadCommands: () => Promise<FrameCommands>;
};

/** Lets ssh ask for what it needs while the terminal is free. The dashboard shows why an engine cannot be reached. */
async function connectFirst(): Promise<void> {
	const [{createConnections, byConnection}, {readFiles}] = await Promise.all([
		import('./connections.ts'),
		import('./world.ts'),
	]);
	const {environments} = await readFiles(createConnections());
	// One after the other, because each may ask.
	for (const {engine} of byConnection(environments).keys())
		await engine.connect().catch((error: unknown) => {
			if (error instanceof CancelledError) throw error;
		});
}

/** Opens the dashboard. Resolves when the user quits: whether something that ran was cancelled for that. */
export async function openDashboard(options: Options): Promise<{readonly isCancelled: boolean}> {
	const {start, flags, part = defaultPart, depart, loadCommands} = options;
	const terminal = createTerminal(flags);
	const settings = await readSettings();
	const keymap = createKeymap(settings);
	const clock = createFrameClock();
	let feed: DashboardFeed | undefined;
	const reload = () => feed?.reload();
	let loading: Promise<DashboardTasks> | undefined;
	const loadTasks = async () => {
		const [{createTasks}, commands] = await Promise.all([import('./tasks.ts'), loadCommands()]);
		return createTasks({store, clock, keymap, flags, commands, reload});
	};
	const startTask = async (run: Run) => {
		loading ??= loadTasks();
		(await loading).start(run);
	};
	const store = createDashboardStore({...effects, start: startTask, retry: reload}, keymap);
	const printAll = (transcripts: readonly string[] = []) => transcripts.forEach(terminal.print);
	if (start) store.update({location: start});
	if (mayNeedSsh() || hasEngineRecords()) await connectFirst();
	const {openDashboardView} = await import('../ui/dashboard/open-dashboard-view.tsx');
	for (let isFirst = true; ; isFirst = false) {
		const view = openDashboardView({
			store,
			clock,
			keymap,
			theme: settings.theme,
			hasMouse: settings.mouse,
			isColoured: flags.color === false ? false : undefined,
		});
		try {
			// The code that reads the engine is loaded after the first frame.
			await view.shown;
			const {startDashboardFeed} = await import('./feed.ts');
			const {createConnections} = await import('./connections.ts');
			const connections = createConnections();
			feed = startDashboardFeed({store, clock, connections, terminal, part, canEnter: isFirst && start === undefined});
			await view.left;
		} finally {
			feed?.close();
			view.close();
		}
		const {departure} = store.getSnapshot();
		const tasks = await loading;
		if (!departure || departure.type === 'quit') {
			await tasks?.close();
			printAll(tasks?.takeTranscripts());
			clock.stop();
			return {isCancelled: departure?.isCancelled ?? false};
		}
		printAll(tasks?.takeTranscripts());
		store.comeBack(await depart(departure, {flags, terminal}));
	}
}
