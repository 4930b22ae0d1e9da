import type {LogLine} from './engine.ts';

/** The lines of a log one by one, for logs that are short or written to a file anyway. */
export async function* eachLine(batches: AsyncIterable<readonly LogLine[]>): AsyncGenerator<LogLine, void> {
	for await (const lines of batches) yield* lines;
}
