import type {RequestOptions} from 'node:http';
import {patienceMs, pingDeadlineMs} from './docker-patience.ts';

/** What a connection that gives up says; `docker-errors.ts` knows the code. */
export const noAnswer = (afterMs: number): Error =>
	Object.assign(new Error(`no answer for ${Math.ceil(afterMs / 1000)} s`), {code: 'ETIMEDOUT'});

type Watched = {
	/** Bytes that came and went so far; silence is when they stay the same. */
	readonly bytes: () => number;
	/** The engine does not answer others either. */
	readonly fail: (error: Error) => void;
};

/** Watches a connection until the returned function is called. */
export type Heartbeat = (watched: Watched) => () => void;

/**
 * Notices that an engine went away without a word: whenever a connection has been silent for a while, the engine is asked
 * something small on another one. Only when that gets no answer, the silent connection fails; a service that logs nothing
 * for days is no failure. Connections that are silent at the same time share a question.
 * @param target how to reach the engine: the options of a request, without a path
 */
export function createHeartbeat(protocol: 'http' | 'https', target: RequestOptions): Heartbeat {
	let asking: Promise<Error | undefined> | undefined;
	const ask = () => {
		asking ??= ping(protocol, target).finally(() => {
			asking = undefined;
		});
		return asking;
	};
	return ({bytes, fail}) => {
		let seen = bytes();
		let changedAt = performance.now();
		let isOver = false;
		const look = async () => {
			const now = bytes();
			if (now !== seen) changedAt = performance.now();
			seen = now;
			if (performance.now() - changedAt < patienceMs()) return;
			const error = await ask();
			if (error && !isOver && bytes() === now) fail(error);
		};
		const timer = setInterval(look, patienceMs() / 2);
		// The connection itself keeps the process alive.
		timer.unref();
		return () => {
			isOver = true;
			clearInterval(timer);
		};
	};
}

/** Why the engine does not answer on a new connection; undefined when it does. */
function ping(protocol: 'http' | 'https', target: RequestOptions): Promise<Error | undefined> {
	const {request: open} =
		protocol === 'https' ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http');
	return new Promise(resolve => {
		const request = open({...target, agent: false, method: 'GET', path: '/_ping'});
		const deadline = setTimeout(() => request.destroy(noAnswer(pingDeadlineMs())), pingDeadlineMs());
		const settle = (error?: Error) => {
			clearTimeout(deadline);
			request.destroy();
			resolve(error);
		};
		request.on('response', () => settle()).on('error', settle);
		request.on('close', () => settle(Object.assign(new Error('closed'), {code: 'ECONNRESET'})));
		request.end();
	});
}
