import {relative} from 'node:path';
import {createCancel} from '../console/cancel.ts';
import {onTerminal} from '../console/dialogue.ts';
import {createLogFeed} from '../dashboard/log-feed.ts';
import {watchEngine} from '../dashboard/watch.ts';
import {observeOwn} from '../engine/own-engine.ts';
import {UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {labels} from '../model/labels.ts';
import {jsonLine} from '../output/json.ts';
import {findLogSources} from '../report/log-sources.ts';
import {hideSecretsOnScreen} from '../report/masked-logs.ts';
import type {State} from '../state/state.ts';
import {readState} from '../state/store.ts';
import {addressOf} from '../state/urls.ts';
import type {DevUrl} from '../ui/dev/events.ts';
import {isJson, type ScreenFlags} from '../workspace/flags.ts';
import {hintText} from '../workspace/invocation.ts';
import {openEngine, openWorkspace, type Workspace} from '../workspace/workspace.ts';
import {type CycleEnd, runCycle} from './cycle.ts';
import {createDebounce, type Timers} from './debounce.ts';
import {openDevLines} from './lines.ts';
import {createWorkQueue} from './queue.ts';
import type {DevSurface, DevWishes} from './surface.ts';
import {watchProject} from './watch-project.ts';
import {createWatcher} from './watcher.ts';

export type DevFlags = ScreenFlags & {readonly autoApprove?: boolean; readonly parallelism?: number};

const timers: Timers = {
	now: () => performance.now(),
	after(milliseconds, call) {
		const timer = setTimeout(call, milliseconds);
		return () => clearTimeout(timer);
	},
};

/** How long a plan waits for another command that changes the environment, unless the user says otherwise. */
const lockWaitMs = 24 * 60 * 60 * 1000;

/** Past lines of each container that are shown. */
const tail = 200;

/** The flags with an environment that every change may be applied to without asking. */
function withEnvironment(flags: DevFlags, fallback: string): DevFlags & {readonly env: string} {
	const env = flags.env ?? fallback;
	if (env !== 'production') return {...flags, env};
	throw new UserError(
		'The environment production is not for this: every change that you save would be applied without asking.',
		{
			hint: hint`Use another environment: ${command('dev', '--env', fallback)}. Production changes with ${command('apply')}`,
		},
	);
}

function urlsOf(state: State | undefined, {project, settings}: Workspace): DevUrl[] {
	if (!state) return [];
	return project.services.flatMap(({name, accessMode}) => {
		const url = state.active[name] === undefined ? undefined : addressOf(state, name, settings);
		return url === undefined ? [] : [{service: name, url, asksPassword: accessMode === 'authenticated'}];
	});
}

/** How `compartment dev` ended; `cancelled` if an apply was interrupted. */
type DevEnd = 'done' | 'cancelled';

/** `compartment dev`: applies what is saved to an environment that is not production, until the user leaves. */
export async function runDev(given: DevFlags, fallback: string): Promise<DevEnd> {
	const flags = withEnvironment(given, fallback);
	const environment = flags.env;
	const dialogue = onTerminal(flags);
	const {terminal} = dialogue;
	const connection = await openEngine(environment);
	// Ends at once with what is wrong, before anything is shown.
	let workspace = await openWorkspace(flags, connection);
	const {directory: folder} = workspace.project;

	const left = Promise.withResolvers<void>();
	const cancel = createCancel(message => surface.emit({type: 'notice', at: Date.now(), message}));
	let isBusy = false;
	let isLeaving = false;
	let mustAsk = false;
	let end = 'unchanged' as CycleEnd;
	let state = await readState(workspace.directory);
	const saved = new Set<string>();

	const wishes: DevWishes = {
		interrupt() {
			isLeaving = true;
			if (isBusy) cancel.onSignal();
			else cancel.cancel('graceful');
			left.resolve();
		},
		leave: left.resolve,
		look() {
			mustAsk = true;
			queue.request();
		},
		again: () => queue.request(),
	};
	const surface: DevSurface = await openSurface();

	async function openSurface(): Promise<DevSurface> {
		const options = {dialogue, wishes, autoApprove: flags.autoApprove === true};
		if (dialogue.shownAs === 'screen') {
			const {openDevScreen} = await import('./screen.ts');
			const {project, settings} = workspace;
			return openDevScreen({...options, flags, settings, project: project.name, environment});
		}
		const lookAt = `Apply it: ${hintText(command('apply'))}`;
		return openDevLines({...options, lookAt});
	}

	const debounce = createDebounce({
		timers,
		onQuiet() {
			const files = [...saved].map(path => relative(folder, path));
			saved.clear();
			surface.emit({type: 'changed', at: Date.now(), files});
			queue.request();
		},
	});
	const watcher = createWatcher({
		onChange(path) {
			saved.add(path);
			debounce.note();
		},
	});
	const stop = new AbortController();
	const {engine} = connection;
	const shownEngine = hideSecretsOnScreen(engine, () => state);
	const logs = createLogFeed({
		engine: shownEngine,
		tail,
		pool: {
			push: line => surface.emit({type: 'line', line}),
			announce: () => undefined,
			finishReading: () => undefined,
		},
	});
	const followLogs = async () => {
		state = await readState(workspace.directory).catch(() => state);
		const observed = state && (await observeOwn(engine, state).catch(() => undefined));
		if (state && observed) logs.follow(findLogSources(state, observed));
	};
	const prepare = async () => {
		workspace = {...(await openWorkspace(flags, connection)), lockWaitMs: flags.lockTimeout ?? lockWaitMs};
		await watchProject(watcher, workspace.project);
		return workspace;
	};
	const first = Promise.withResolvers<void>();
	let isFirst = true;
	const cycle = async () => {
		isBusy = true;
		const asks = mustAsk || isFirst;
		mustAsk = false;
		try {
			const {emit, ask, asksAtOnce} = surface;
			const options = {prepare, emit, ask, asksAtOnce, cancel, terminal, parallelism: flags.parallelism};
			end = await runCycle({...options, mustAsk: asks, isFirst});
		} finally {
			isBusy = false;
		}
		await followLogs();
		surface.emit({type: 'watching', at: Date.now(), folders: watcher.count(), urls: urlsOf(state, workspace)});
	};
	const queue = createWorkQueue(async () => {
		try {
			await cycle();
			first.resolve();
		} catch (error) {
			(isFirst ? first : left).reject(error);
		}
		isFirst = false;
	});
	let isLost = false;
	const followEngine = () =>
		watchEngine({
			engine,
			signal: stop.signal,
			isOurs: attributes =>
				attributes[labels.project] === workspace.project.name && attributes[labels.environment] === environment,
			onLink(link) {
				surface.emit({type: 'engine', link});
				// What was saved while the engine was away is applied now.
				if (isLost && link.status === 'live') queue.request();
				isLost = link.status === 'lost';
			},
			onChange: () => void followLogs(),
		});

	try {
		queue.request();
		await first.promise;
		if (!isLeaving) await surface.show();
		void followEngine();
		await left.promise;
	} finally {
		debounce.stop();
		await queue.stop();
		stop.abort();
		watcher.close();
		logs.close();
		await surface.close();
	}
	const way = hintText(
		hint`${environment} keeps running. Stop it: ${command('stop')}. Remove it: ${command('destroy')}`,
	);
	if (isJson(flags)) process.stdout.write(jsonLine({type: 'left', environment, hint: way}));
	else if (state) terminal.print(way);
	return end === 'cancelled' ? 'cancelled' : 'done';
}
