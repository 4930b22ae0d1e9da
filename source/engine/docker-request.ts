import type {ClientRequest, IncomingMessage, RequestOptions} from 'node:http';
import type {Socket} from 'node:net';
import type {Duplex} from 'node:stream';
import type {DialOptions} from 'docker-modem';
import {type Heartbeat, noAnswer} from './docker-heartbeat.ts';
import {answerDeadlineMs} from './docker-patience.ts';

export type Body = string | Buffer | NodeJS.ReadableStream | undefined;

/** Error code for an HTTP server that is not an engine. */
export const notAnEngine = 'ENOTENGINE';

const isStream = (body: Body): body is NodeJS.ReadableStream =>
	body !== undefined && typeof body !== 'string' && !Buffer.isBuffer(body);

/**
 * Sends one request to the engine. Replaces docker-modem's own function, which waits forever for a response that is cut
 * off or never comes. This promise always settles: with the parsed JSON, with a stream or an upgraded connection that a
 * heartbeat watches, or with an error after the connection is closed.
 */
export async function sendRequest(
	protocol: 'http' | 'https',
	heartbeat: Heartbeat,
	options: RequestOptions,
	context: DialOptions,
	body: Body,
): Promise<unknown> {
	const {request: open} =
		protocol === 'https' ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http');
	const request = open(options);
	const bytes = () => bytesOf(request.socket);
	const stopWatching = heartbeat({bytes, fail: error => request.destroy(error)});
	// No deadline while a body is being sent.
	const deadline = createDeadline(isStream(body) ? undefined : answerDeadlineMs(context), error =>
		request.destroy(error),
	);
	try {
		const answer = await begin(request, context, body);
		if (!('statusCode' in answer)) return watchStream(answer, answer as Socket, heartbeat);
		// Destroying the response directly keeps the deadline's own message; a socket error would replace it.
		deadline.restart(error => answer.destroy(error));
		const status = answer.statusCode ?? 0;
		const isFine = context.statusCodes?.[status] === true;
		if (!isFromEngine(answer, status, context)) {
			answer.destroy();
			throw Object.assign(new Error(`status ${status}`), {code: notAnEngine});
		}
		if (isFine && context.isStream) return watchStream(answer, answer.socket, heartbeat);
		const text = await readText(answer);
		if (!isFine) throw refusal(status, text);
		return text.trim() === '' ? undefined : JSON.parse(text);
	} finally {
		deadline.clear();
		stopWatching();
	}
}

const bytesOf = (socket: Socket | null | undefined): number => (socket ? socket.bytesRead + socket.bytesWritten : 0);

/** Calls `giveUp` with a timeout error when the time is over. */
function createDeadline(milliseconds: number | undefined, giveUp: (error: Error) => void) {
	const begin = (fail: (error: Error) => void) =>
		milliseconds === undefined ? undefined : setTimeout(() => fail(noAnswer(milliseconds)), milliseconds);
	let timer = begin(giveUp);
	return {
		restart(fail: (error: Error) => void) {
			clearTimeout(timer);
			timer = begin(fail);
		},
		clear: () => clearTimeout(timer),
	};
}

/** Sends the request and resolves when the response starts. */
function begin(request: ClientRequest, context: DialOptions, body: Body): Promise<IncomingMessage | Duplex> {
	return new Promise((resolve, reject) => {
		request.on('response', resolve);
		request.on('error', reject);
		request.on('close', () => reject(Object.assign(new Error('closed'), {code: 'ECONNRESET'})));
		if (context.hijack)
			request.on('upgrade', (_answer, socket, head) => {
				if (head.length > 0) socket.unshift(head);
				resolve(socket);
			});
		if (isStream(body)) {
			body.on('error', error => request.destroy(error));
			body.pipe(request);
			return;
		}
		if (body !== undefined) request.write(body);
		if (!context.openStdin) request.end();
	});
}

/** Ends a silent stream when the engine no longer answers pings. */
function watchStream<T extends Duplex | IncomingMessage>(stream: T, socket: Socket, heartbeat: Heartbeat): T {
	const stop = heartbeat({bytes: () => bytesOf(socket), fail: error => stream.destroy(error)});
	stream.once('close', stop);
	// A reader sees the error as well; without a reader it must not crash the process.
	stream.on('error', () => undefined);
	return stream;
}

const rawAnswers = /^\/(?:exec\/[^/]+\/start|containers\/[^/]+\/attach)\b/;

/**
 * Engines send their version with every response except those of exec. A response without one may come from a proxy that
 * rejects the call or cannot reach the engine.
 */
const isFromEngine = ({headers}: IncomingMessage, status: number, {path}: DialOptions): boolean =>
	headers['api-version'] !== undefined ||
	rawAnswers.test(path) ||
	status === 401 ||
	status === 403 ||
	status === 407 ||
	status >= 500;

/** Throws if the body is cut off. */
async function readText(answer: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
	return Buffer.concat(chunks).toString();
}

function refusal(statusCode: number, text: string): Error {
	return Object.assign(new Error(messageIn(text) ?? text.trim()), {statusCode});
}

function messageIn(text: string): string | undefined {
	try {
		const parsed: unknown = JSON.parse(text);
		const message = typeof parsed === 'object' && parsed !== null && 'message' in parsed ? parsed.message : undefined;
		return typeof message === 'string' ? message.trim() : undefined;
	} catch {
		return undefined;
	}
}
