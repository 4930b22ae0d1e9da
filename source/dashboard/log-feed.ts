import type {ReadonlyEngine} from '../engine/engine.ts';
import {createPositions, followOn, readPast} from '../report/log-reading.ts';
import type {LogSource} from '../report/log-sources.ts';
import type {LogPool} from '../ui/logs/log-pool.ts';

type Options = {
	readonly engine: Pick<ReadonlyEngine, 'logs'>;
	/** Gets the lines. */
	readonly pool: Pick<LogPool, 'push' | 'announce' | 'finishReading'>;
	/** Number of past lines of each source. */
	readonly tail: number;
	readonly since?: string;
};

export type LogFeed = {
	/** Sets the sources to read. One that ended and runs again continues where it ended. */
	readonly follow: (sources: readonly LogSource[]) => void;
	readonly close: () => void;
};

/** Fills a pool with the logs of containers: past lines ordered by time, then new ones. */
export function createLogFeed({engine, pool, tail, since}: Options): LogFeed {
	const positions = createPositions();
	const readers = new Map<string, AbortController>();
	const stop = new AbortController();

	const readOn = async (source: LogSource, signal: AbortSignal) => {
		for await (const lines of followOn(engine, source, {since, signal}, positions)) {
			if (signal.aborted) return;
			for (const {at, stream, text} of lines) pool.push({source: source.name, stream, at, text});
		}
	};
	const start = (sources: readonly LogSource[]) => {
		const controllers = sources.map(({containerId}) => {
			const controller = new AbortController();
			readers.set(containerId, controller);
			return controller;
		});
		const signalOf = (index: number) => AbortSignal.any([stop.signal, controllers[index]!.signal]);
		const run = async () => {
			const known = sources.filter(({containerId}) => positions.of(containerId) === undefined);
			for await (const line of readPast(engine, known, {tail, since, signal: stop.signal}, positions)) pool.push(line);
			pool.finishReading();
			await Promise.all(
				sources.map(async (source, index) => {
					try {
						await readOn(source, signalOf(index));
					} finally {
						if (readers.get(source.containerId) === controllers[index]) readers.delete(source.containerId);
					}
				}),
			);
		};
		run()
			// The watch reports a lost engine; reading continues when it is back.
			.catch(() => undefined)
			.finally(() => {
				for (const [index, {containerId}] of sources.entries())
					if (readers.get(containerId) === controllers[index]) readers.delete(containerId);
			});
	};

	return {
		follow(sources) {
			for (const {name} of sources) pool.announce(name);
			for (const [containerId, controller] of readers)
				if (!sources.some(source => source.containerId === containerId)) {
					controller.abort();
					readers.delete(containerId);
				}
			const waiting = sources.filter(({containerId, isRunning}) => {
				const isNew = positions.of(containerId) === undefined;
				return !readers.has(containerId) && (isRunning || isNew);
			});
			if (waiting.length > 0) start(waiting);
			else if (readers.size === 0) pool.finishReading();
		},
		close() {
			stop.abort();
			readers.clear();
		},
	};
}
