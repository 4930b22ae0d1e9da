import type {RequestOptions} from 'node:http';
import {steadyNow} from '../clock.ts';
import {patienceMs, pingDeadlineMs} from './docker-patience.ts';

/** The error of a connection that timed out; `docker-errors.ts` explains the code. */
export const noAnswer = (afterMs: number): Error =>
	Object.assign(new Error(`no answer for ${Math.ceil(afterMs / 1000)} s`), {code: 'ETIMEDOUT'});

type Watched = {
	/** Bytes sent and received so far. While they stay the same, the connection is silent. */
	readonly bytes: () => number;
	/** Called when the engine does not answer on a new connection either. */
	readonly fail: (error: Error) => void;
};

/** Watches a connection until the returned function is called. */
export type Heartbeat = (watched: Watched) => () => void;

/**
 * Detects an engine that went away without closing its connections. When a connection has been silent for a while, the
 * engine is pinged on a new one, and the silent connection fails only if that ping fails: a service may log nothing for
 * days. Connections that are silent at the same time share one ping.
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
		let changedAt = steadyNow();
		let isOver = false;
		const look = async () => {
			const now = bytes();
			if (now !== seen) changedAt = steadyNow();
			seen = now;
			if (steadyNow() - changedAt < patienceMs()) return;
			const error = await ask();
			if (error && !isOver && bytes() === now) fail(error);
		};
		const timer = setInterval(look, patienceMs() / 2);
		// The connection keeps the process alive; the timer must not.
		timer.unref();
		return () => {
			isOver = true;
			clearInterval(timer);
		};
	};
}

/** Returns why the engine does not answer on a new connection, or undefined if it does. */
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
