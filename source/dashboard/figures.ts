import type {Engine, Usage} from '../engine/engine.ts';
import {resourceAddress, serviceAddress} from '../model/address.ts';
import type {LogSource} from '../report/log-sources.ts';
import {readTraffic, type Traffic} from '../router/router.ts';
import type {State} from '../state/state.ts';
import type {Figures} from '../ui/dashboard/data.ts';
import {currentEnvironment, currentObject} from '../ui/dashboard/lookups.ts';
import type {DashboardState} from '../ui/dashboard/state.ts';
import type {DashboardStore} from '../ui/dashboard/store.ts';
import type {EngineConnection} from '../workspace/workspace.ts';
import type {Files} from './world.ts';

type Shown = Pick<EngineConnection, 'engine' | 'router'> & {
	readonly state: State;
	readonly sources: readonly LogSource[];
};

type Options = {
	/** What is shown; undefined when no figures are. */
	readonly shown: () => Shown | undefined;
	readonly update: (figures: Readonly<Record<string, Figures>>) => void;
};

/** Poll interval. */
const paceMs = 2000;

/** Number of reads that are remembered. */
const historyLength = 30;

type Served = {readonly at: number; readonly requests: number};

function trafficFigures(
	traffic: readonly Traffic[],
	service: string,
	lineage: string,
): Omit<Figures, 'cpu' | 'memory'> {
	const slots = traffic.filter(slot => slot.lineage === lineage && slot.service === service);
	if (slots.length === 0) return {};
	const sum = (figure: (slot: Traffic) => number) => slots.reduce((total, slot) => total + figure(slot), 0);
	return {
		requestsPerSecond: sum(slot => slot.requestsPerSecond),
		requests: sum(slot => slot.requests),
		errors: sum(slot => slot.errors),
		responseMs: Math.max(...slots.map(slot => slot.responseMs)),
	};
}

/** Requests per second since the last read: the router's own rate covers only the last second. */
function rateSince(before: Served | undefined, now: Served): number | undefined {
	if (!before || now.requests < before.requests || now.at <= before.at) return undefined;
	return ((now.requests - before.requests) * 1000) / (now.at - before.at);
}

/** Polls the figures of the router and the engine until stopped. Omits what cannot be read. */
function startFigures({shown, update}: Options): () => void {
	const previous = new Map<string, Usage>();
	const served = new Map<string, Served>();
	const histories = new Map<string, NonNullable<Figures['history']>>();
	let timer: NodeJS.Timeout | undefined;
	let isStopped = false;

	const usageOf = async (engine: Engine, {containerId, isRunning}: LogSource): Promise<Figures> => {
		const usage = isRunning ? await engine.readUsage(containerId).catch(() => undefined) : undefined;
		if (!usage) return {};
		const before = previous.get(containerId);
		previous.set(containerId, usage);
		if (!before || usage.at <= before.at) return {memory: usage.memory};
		return {memory: usage.memory, cpu: Math.max(0, (usage.cpuMs - before.cpuMs) / (usage.at - before.at))};
	};
	const trafficOf = (traffic: readonly Traffic[], name: string, lineage: string): Figures => {
		const figures = trafficFigures(traffic, name, lineage);
		if (figures.requests === undefined) return figures;
		const now = {at: Date.now(), requests: figures.requests};
		const rate = rateSince(served.get(name), now);
		served.set(name, now);
		return rate === undefined ? figures : {...figures, requestsPerSecond: rate};
	};
	const remember = (address: string, {requestsPerSecond, cpu}: Figures) => {
		const {requests, cpu: load} = histories.get(address) ?? {requests: [], cpu: []};
		const add = (values: readonly number[], value: number | undefined) =>
			value === undefined ? values : [...values, value].slice(-historyLength);
		const history = {requests: add(requests, requestsPerSecond), cpu: add(load, cpu)};
		histories.set(address, history);
		return history;
	};
	const read = async () => {
		const visible = shown();
		if (visible) {
			const {engine, router, state, sources} = visible;
			const [traffic, usages] = await Promise.all([
				readTraffic(engine, router).catch((): Traffic[] => []),
				Promise.all(sources.map(source => usageOf(engine, source))),
			]);
			const figures = sources.map(({name}, index): [string, Figures] =>
				state.resources[name]
					? [resourceAddress(name), usages[index]!]
					: [serviceAddress(name), {...trafficOf(traffic, name, state.lineage), ...usages[index]}],
			);
			const withHistory = figures.map(([address, now]) => [address, {...now, history: remember(address, now)}]);
			if (!isStopped) update(Object.fromEntries(withHistory));
		}
		if (!isStopped) timer = setTimeout(read, paceMs);
	};
	void read();
	return () => {
		isStopped = true;
		clearTimeout(timer);
	};
}

type ReaderOptions = {
	readonly store: DashboardStore;
	readonly entryOf: (environment: string) => Files['environments'][number] | undefined;
	readonly sourcesIn: (environment: string) => readonly LogSource[];
};

/** Polls figures only while they are visible; everything else comes from events. */
export function createFigureReader({store, entryOf, sourcesIn}: ReaderOptions) {
	let stop: (() => void) | undefined;
	const close = () => {
		stop?.();
		stop = undefined;
	};
	const shown = () => {
		const current = store.getSnapshot();
		const environment = currentEnvironment(current)?.name;
		const {state, connection} = (environment === undefined ? undefined : entryOf(environment)) ?? {};
		if (environment === undefined || !state || !connection || current.link.status !== 'live') return undefined;
		const only = current.location.screen === 'object' ? currentObject(current)?.name : undefined;
		return {
			...connection,
			state,
			sources: sourcesIn(environment).filter(({name}) => only === undefined || name === only),
		};
	};
	return {
		/** Call on every change of what is shown. */
		follow({location: {screen, ...where}}: DashboardState) {
			const isShown = screen === 'environment' || (screen === 'object' && 'tab' in where && where.tab === 'overview');
			if (!isShown) return close();
			stop ??= startFigures({shown, update: figures => store.update({figures})});
		},
		close,
	};
}
