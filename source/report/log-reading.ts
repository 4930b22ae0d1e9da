import {eachLine} from '../engine/each-line.ts';
import type {LogLine, LogOptions, ReadonlyEngine} from '../engine/engine.ts';
import type {SourcedLine} from '../output/log-lines.ts';
import {mergeByTime} from '../output/merge-lines.ts';
import type {LogSource} from './log-sources.ts';

type Past = {readonly tail?: number; readonly since?: string; readonly signal?: AbortSignal};

/** How far a container's log was read: the time of the last line, and the number of lines with that time. */
type Position = {readonly at: string; readonly count: number};

/** Remembers how far each container's log was read, so that reading continues exactly there. */
export type Positions = {
	readonly note: (containerId: string, at: string) => void;
	readonly of: (containerId: string) => Position | undefined;
};

export function createPositions(): Positions {
	const positions = new Map<string, Position>();
	return {
		note(containerId, at) {
			const previous = positions.get(containerId);
			positions.set(containerId, {at, count: previous?.at === at ? previous.count + 1 : 1});
		},
		of: containerId => positions.get(containerId),
	};
}

type Engine = Pick<ReadonlyEngine, 'logs'>;

async function* noting(log: AsyncIterable<readonly LogLine[]>, containerId: string, positions: Positions) {
	for await (const line of eachLine(log)) {
		positions.note(containerId, line.at);
		yield line;
	}
}

/** The past lines of all sources, ordered by time. */
export function readPast(
	engine: Engine,
	sources: readonly LogSource[],
	{tail, since, signal}: Past,
	positions: Positions,
): AsyncGenerator<SourcedLine> {
	const options: LogOptions = {tail, since, signal};
	const streams = sources.map(({name, containerId}) => ({
		source: name,
		lines: noting(engine.logs(containerId, options), containerId, positions),
	}));
	return mergeByTime(streams, {isLive: false});
}

/** The lines after those already read, in batches, until the container ends or the signal aborts. */
export async function* followOn(
	engine: Engine,
	{containerId}: Pick<LogSource, 'containerId'>,
	{since, signal}: Past,
	positions: Positions,
): AsyncGenerator<readonly LogLine[], void> {
	const start = positions.of(containerId);
	// The engine starts with the lines of that moment, which were read already.
	let toSkip = start?.count ?? 0;
	const isRead = ({at}: LogLine): boolean => {
		if (start && toSkip > 0 && at <= start.at) {
			if (at === start.at) toSkip--;
			return true;
		}
		toSkip = 0;
		return false;
	};
	for await (const batch of engine.logs(containerId, {follow: true, since: start?.at ?? since, signal})) {
		const lines = toSkip > 0 ? batch.filter(line => !isRead(line)) : batch;
		for (const {at} of lines) positions.note(containerId, at);
		if (lines.length > 0) yield lines;
	}
}
