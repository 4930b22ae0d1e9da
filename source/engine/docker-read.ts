import type {RequestOptions} from 'node:http';
import {assertEngine, type Call, resultOf} from './docker-answer.ts';
import {createDeadline} from './docker-deadline.ts';
import type {Heartbeat} from './docker-heartbeat.ts';
import {answerDeadlineMs} from './docker-patience.ts';
import type {Body} from './docker-request.ts';
import type {SocketReads} from './socket-reads.ts';

/** Whether a call only asks for a response of limited length, without a header, as nearly all reads of a plan do. */
export const isRead = ({method, isStream, hijack, openStdin, authconfig}: Call, body: Body): boolean =>
	method === 'GET' && body === undefined && !isStream && !hijack && !openStdin && !authconfig;

/** Rejects when the signal aborts first. */
export function unlessAborted<Result>(task: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
	if (!signal) return task;
	return new Promise((resolve, reject) => {
		const stop = () => reject(signal.reason);
		signal.addEventListener('abort', stop, {once: true});
		task.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
		if (signal.aborted) stop();
	});
}

/** Sends one read to an engine behind a local socket. Settles as `sendRequest` does, with the same deadlines. */
export async function sendRead(
	reads: SocketReads,
	heartbeat: Heartbeat,
	{path, signal}: RequestOptions,
	call: Call,
): Promise<unknown> {
	const begin = reads(path ?? '/');
	const {answer, bytes, fail, begun} = await unlessAborted(begin, signal);
	const stopWatching = heartbeat({bytes, fail});
	const deadline = createDeadline(answerDeadlineMs(call), fail);
	void begun.then(() => deadline.restart(fail));
	try {
		const found = await unlessAborted(answer, signal);
		assertEngine(found, call);
		return resultOf(found, call);
	} catch (error) {
		fail(error as Error);
		throw error;
	} finally {
		deadline.clear();
		stopWatching();
	}
}
