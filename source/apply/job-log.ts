import {eachLine} from '../engine/each-line.ts';
import type {Engine, LogLine, LogOptions} from '../engine/engine.ts';
import type {SecretReader} from './secret-reader.ts';

/** A line of a job's log, as `job logs` shows it. */
export type JobLine = Pick<LogLine, 'at' | 'stream' | 'text'>;

/** Reads what a job's container prints, and hides the secrets that were read so far. */
export async function* readJobLog(
	engine: Pick<Engine, 'logs'>,
	containerId: string,
	{mask}: Pick<SecretReader, 'mask'>,
	options: LogOptions = {},
): AsyncGenerator<JobLine, void> {
	for await (const {at, stream, text} of eachLine(engine.logs(containerId, {hasTerminal: false, ...options})))
		yield {at, stream, text: mask(text)};
}
