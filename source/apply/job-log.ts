import {eachLine} from '../engine/each-line.ts';
import type {Engine, LogLine, LogOptions} from '../engine/engine.ts';
import {untilAnswered} from '../engine/until-answered.ts';
import {isOutcomeUnknown} from '../errors.ts';
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

/** Reads what a job's container prints until it ends, and goes on where it was when the connection is lost for some seconds. */
export async function* followJobLog(
	engine: Pick<Engine, 'logs' | 'inspectContainer'>,
	containerId: string,
	secrets: Pick<SecretReader, 'mask'>,
	signal: AbortSignal,
): AsyncGenerator<JobLine, void> {
	let last = '';
	for (;;) {
		try {
			const from = last;
			const since = from === '' ? {} : {since: from};
			for await (const line of readJobLog(engine, containerId, secrets, {follow: true, signal, ...since})) {
				// The engine's times have nine digits, so their order is that of their texts.
				if (from !== '' && line.at <= from) continue;
				last = line.at;
				yield line;
			}
			return;
		} catch (error) {
			if (!isOutcomeUnknown(error) || signal.aborted) throw error;
			await untilAnswered(() => engine.inspectContainer(containerId), signal);
		}
	}
}
