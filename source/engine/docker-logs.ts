import {UserError} from '../errors.ts';
import {abortable} from './abortable.ts';
import type {Connection} from './docker-connection.ts';
import {openStream} from './docker-connection.ts';
import {shown} from './docker-errors.ts';
import type {LogLine, LogOptions, ReadonlyEngine} from './engine.ts';
import {createLogReader, createTerminalLogReader} from './log-lines.ts';

/** Reads a container's log. It ends with the container; an abort ends it without an error. */
export function createLogs(connection: Connection): Pick<ReadonlyEngine, 'logs'> {
	return {
		logs: (id, options) => abortable(options.signal, signal => readLogs(connection, id, {...options, signal})),
	};
}

async function* readLogs(
	connection: Connection,
	id: string,
	options: LogOptions,
): AsyncGenerator<readonly LogLine[], void> {
	const {docker, attempt} = connection;
	const {signal} = options;
	const task = `read the log of container ${shown(id)}`;
	const since = options.since === undefined ? undefined : toSeconds(options.since);
	try {
		const inspect = () => docker.getContainer(id).inspect({abortSignal: signal});
		const hasTerminal = options.hasTerminal ?? (await attempt(task, inspect)).Config.Tty;
		const open = () =>
			openStream(connection, {
				method: 'GET',
				path: `/containers/${id}/logs`,
				query: {
					stdout: 1,
					stderr: 1,
					timestamps: 1,
					follow: options.follow ? 1 : 0,
					tail: options.tail ?? 'all',
					since,
				},
				signal,
			});
		const stream = (await attempt(task, open)) as AsyncIterable<Buffer>;
		const reader = hasTerminal ? createTerminalLogReader() : createLogReader();
		const chunks = stream[Symbol.asyncIterator]();
		try {
			for (;;) {
				const {done, value} = await attempt(task, () => chunks.next());
				if (done) break;
				const lines = reader.push(value);
				if (lines.length > 0) yield lines;
			}
			const rest = reader.end();
			if (rest.length > 0) yield rest;
		} finally {
			await chunks.return?.();
		}
	} catch (error) {
		if (!signal?.aborted) throw error;
	}
}

/** Converts a time to the engine's format: seconds with up to nine fractional digits. */
export function toSeconds(since: string): string {
	if (/^\d+(\.\d{1,9})?$/.test(since)) return since;
	const fraction = /\.(\d{1,9})\d*(?:Z|[+-]\d\d:\d\d)$/i.exec(since)?.[1];
	const milliseconds = Date.parse(since.replace(/\.\d+/, ''));
	if (Number.isNaN(milliseconds)) {
		throw new UserError(`invalid time "${since}"`, {
			hint: 'use RFC 3339, such as 2026-01-31T08:00:00Z, or seconds since 1970',
		});
	}
	return `${Math.floor(milliseconds / 1000)}${fraction ? `.${fraction.padEnd(9, '0')}` : ''}`;
}
