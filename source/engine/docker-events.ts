import {EngineError} from '../errors.ts';
import type {PreviousRun} from '../model/health-facts.ts';
import {abortable} from './abortable.ts';
import type {Connection} from './docker-connection.ts';
import {labelFilter, openStream} from './docker-connection.ts';
import {shown} from './docker-errors.ts';
import {readEngineTime} from './docker-info.ts';
import {toSeconds} from './docker-logs.ts';
import type {EngineEvent, Labels, ReadonlyEngine} from './engine.ts';
import {readJsonLines} from './lines.ts';
import {previousRunIn, type RunEvent} from './previous-run.ts';

type Message = {
	readonly Type?: string;
	readonly Action?: string;
	readonly Actor?: {readonly ID?: string; readonly Attributes?: Labels};
	readonly time?: number;
	readonly timeNano?: number;
};

/**
 * Reads the engine's events. Only events of containers and images carry labels; changes to networks and volumes show in
 * the next `observe`. Exec events are left out: every probe causes three. A lost connection is an EngineError.
 */
export function createEvents(connection: Connection): Pick<ReadonlyEngine, 'events' | 'lastExitCode' | 'previousRun'> {
	return {
		events: (labels, signal) => abortable(signal, both => readEvents(connection, labels, both)),
		lastExitCode: async id => (await readPreviousRun(connection, id))?.exitCode,
		previousRun: id => readPreviousRun(connection, id),
	};
}

/**
 * The latest finished run of a container, from the engine's events: after a restart the container's state no longer has
 * it, and `wait` may answer for the new run.
 */
async function readPreviousRun(connection: Connection, id: string): Promise<PreviousRun | undefined> {
	const filters = JSON.stringify({container: [id], event: ['start', 'die', 'oom']});
	return connection.attempt(`read events of container ${shown(id)}`, async () => {
		// With `until` in the past the engine returns its stored events and closes the stream. The time must come from
		// the engine: if its clock differs from ours, the call would miss the last events or wait for hours.
		const now = await readEngineTime(connection);
		const events: RunEvent[] = [];
		const past = await openStream(connection, {
			method: 'GET',
			path: '/events',
			query: {since: '1', until: toSeconds(now), filters},
		});
		for await (const message of readJsonLines<Message>(past)) {
			const event = toEvent(message);
			if (event) events.push(event);
		}
		return previousRunIn(events, Date.parse(now));
	});
}

async function* readEvents(
	connection: Connection,
	labels: Labels,
	signal: AbortSignal,
): AsyncGenerator<EngineEvent, void> {
	const {attempt, address} = connection;
	const task = 'follow events';
	const query = {filters: JSON.stringify({label: labelFilter(labels), type: objects, event: actions})};
	try {
		const stream = await attempt(task, () => openStream(connection, {method: 'GET', path: '/events', query, signal}));
		const messages = readJsonLines<Message>(stream);
		try {
			for (;;) {
				const {done, value} = await attempt(task, () => messages.next());
				if (done) break;
				const event = toEvent(value);
				if (event) yield event;
			}
		} finally {
			await messages.return();
		}
		throw new EngineError(`cannot ${task}: the engine at ${address} closed the connection`);
	} catch (error) {
		if (!signal.aborted) throw error;
	}
}

const objects: readonly string[] = ['container', 'network', 'volume', 'image'];

/**
 * All actions except `exec_…`: every probe causes three of those. The engine matches prefixes, so `health_status`
 * includes `health_status: healthy`.
 */
const actions: readonly string[] = [
	'create',
	'start',
	'restart',
	'stop',
	'die',
	'kill',
	'oom',
	'pause',
	'unpause',
	'rename',
	'update',
	'destroy',
	'health_status',
	'connect',
	'disconnect',
	'mount',
	'unmount',
	'remove',
	'delete',
	'tag',
	'untag',
	'pull',
	'load',
	'import',
];

function toEvent({Type = '', Action = '', Actor, time = 0, timeNano}: Message): EngineEvent | undefined {
	if (!objects.includes(Type) || Action.startsWith('exec_')) return;
	return {
		at: timeNano === undefined ? time * 1000 : Math.floor(timeNano / 1e6),
		object: Type as EngineEvent['object'],
		action: Action,
		id: Actor?.ID ?? '',
		attributes: Actor?.Attributes ?? {},
	};
}
