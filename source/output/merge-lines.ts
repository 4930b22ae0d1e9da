import type {LogLine} from '../engine/engine.ts';
import type {SourcedLine} from './log-lines.ts';

type Stream = {readonly source: string; readonly lines: AsyncIterable<LogLine>};

/**
 * Merges the lines of several sources. Past lines are sorted by the engine's time; live ones pass as they arrive,
 * because waiting for a quiet source would delay the others.
 */
export async function* mergeByTime(
	streams: readonly Stream[],
	{isLive}: {readonly isLive: boolean},
): AsyncGenerator<SourcedLine> {
	const iterators = streams.map(({source, lines}) => ({source, iterator: lines[Symbol.asyncIterator]()}));
	const pull = async (index: number) => ({index, result: await iterators[index]!.iterator.next()});
	const pending = new Map(iterators.map((_, index) => [index, pull(index)]));
	const heads = new Map<number, LogLine>();
	try {
		while (pending.size > 0 || heads.size > 0) {
			const {index, result} = pending.size > 0 ? await Promise.race(pending.values()) : {index: -1, result: undefined};
			pending.delete(index);
			if (result && !result.done) heads.set(index, result.value);
			// Past lines wait until every source has delivered its next line.
			if (!isLive && pending.size > 0) continue;
			while (heads.size > 0 && (isLive || pending.size === 0)) {
				const [first, line] = [...heads].reduce((a, b) => (b[1].at < a[1].at ? b : a));
				heads.delete(first);
				yield {at: line.at, source: streams[first]!.source, stream: line.stream, text: line.text};
				pending.set(first, pull(first));
			}
		}
	} finally {
		await Promise.all(iterators.map(({iterator}) => iterator.return?.()));
	}
}
