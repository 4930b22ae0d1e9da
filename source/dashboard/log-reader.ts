import type {Terminal} from '../output/terminal.ts';
import type {LogSource} from '../report/log-sources.ts';
import {hideSecretsOnScreen} from '../report/masked-logs.ts';
import {currentObject, logSubjectOf} from '../ui/dashboard/lookups.ts';
import type {DashboardState} from '../ui/dashboard/state.ts';
import type {DashboardStore} from '../ui/dashboard/store.ts';
import {createLogPool} from '../ui/logs/log-pool.ts';
import type {PoolView} from '../ui/logs/pool-view.ts';
import type {FrameClock} from '../ui/parts/frame-clock.ts';
import {createLogFeed, type LogFeed} from './log-feed.ts';
import {runLogOf} from './tabs/history.ts';
import type {Files} from './world.ts';

/** How much of the past a log starts with. */
export type LogPart = {
	readonly tail: number;
	readonly since?: string | undefined;
	/** Show sensitive values. */
	readonly isRaw?: boolean | undefined;
	/** How the first log is shown. */
	readonly view?: Partial<PoolView>;
};

type Options = {
	readonly store: DashboardStore;
	readonly clock: FrameClock;
	readonly terminal: Terminal;
	readonly part: LogPart;
	readonly entryOf: (environment: string) => Files['environments'][number] | undefined;
	readonly sourcesIn: (environment: string) => readonly LogSource[];
};

type ShownLog =
	| {readonly type: 'live'; readonly environment: string; readonly names: readonly string[] | null}
	| {readonly type: 'deployment'; readonly environment: string; readonly id: string};

/** The log that is shown. */
function shownLogOf(state: DashboardState): ShownLog | undefined {
	const {location} = state;
	if (location.screen === 'environments') return undefined;
	const {environment} = location;
	if (location.screen === 'all-logs')
		return location.deployment
			? {type: 'deployment', environment, id: location.deployment.id}
			: {type: 'live', environment, names: location.names ?? null};
	const object = currentObject(state);
	return object ? {type: 'live', environment, names: [object.name]} : undefined;
}

/** Reads only the log that is shown. */
export function createLogReader({store, clock, terminal, part, entryOf, sourcesIn}: Options) {
	let feed: LogFeed | undefined;
	let previous = '';
	let view = part.view;

	const change = (wanted: ShownLog | undefined, subject: string | undefined) => {
		feed?.close();
		feed = undefined;
		const isLive = wanted?.type !== 'deployment';
		const pool = createLogPool({schedule: clock.request, isLive, isRead: wanted?.type !== 'live'});
		if (wanted?.type === 'deployment') {
			const entry = entryOf(wanted.environment);
			if (entry) for (const line of runLogOf(entry.directory, entry.state, wanted.id, terminal)) pool.push(line);
		} else if (wanted) {
			const {environment} = wanted;
			const own = entryOf(environment)?.connection.engine;
			const engine = own && (part.isRaw ? own : hideSecretsOnScreen(own, () => entryOf(environment)?.state));
			feed = engine && createLogFeed({engine, pool, tail: part.tail, since: part.since});
		}
		store.log.show(pool, subject);
		if (view) store.log.look(view);
		view = undefined;
	};

	return {
		/** Call on every change of what is shown or of what runs. */
		follow(state: DashboardState) {
			const wanted = shownLogOf(state);
			const key = JSON.stringify(wanted) ?? '';
			if (key !== previous) {
				previous = key;
				change(wanted, logSubjectOf(state));
			}
			if (wanted?.type !== 'live') return;
			const {environment, names} = wanted;
			feed?.follow(sourcesIn(environment).filter(({name}) => names === null || names.includes(name)));
		},
		close: () => feed?.close(),
	};
}
