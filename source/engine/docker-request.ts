import type {ClientRequest, IncomingMessage, RequestOptions} from 'node:http';
import type {Socket} from 'node:net';
import type {Duplex} from 'node:stream';
import {assertEngine, type Call, isFine, resultOf} from './docker-answer.ts';
import {createDeadline} from './docker-deadline.ts';
import type {Heartbeat} from './docker-heartbeat.ts';
import {answerDeadlineMs} from './docker-patience.ts';

export type Body = string | Buffer | NodeJS.ReadableStream | undefined;

export const isStream = (body: Body): body is NodeJS.ReadableStream =>
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
	context: Call,
	body: Body,
): Promise<unknown> {
	const {request: open} =
		protocol === 'https' ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http');
	// For a socket, node would otherwise look whether the host is an address, with an expression that takes 3 ms to compile.
	const request = open(options.socketPath ? ({...options, servername: ''} as RequestOptions) : options);
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
		const head = {status: answer.statusCode ?? 0, headers: answer.headers as Readonly<Record<string, string>>};
		try {
			assertEngine(head, context);
		} catch (error) {
			answer.destroy();
			throw error;
		}
		if (context.isStream && isFine(head, context)) return watchStream(answer, answer.socket, heartbeat);
		return resultOf({...head, text: await readText(answer)}, context);
	} finally {
		deadline.clear();
		stopWatching();
	}
}

const bytesOf = (socket: Socket | null | undefined): number => (socket ? socket.bytesRead + socket.bytesWritten : 0);

/** Sends the request and resolves when the response starts. */
function begin(request: ClientRequest, context: Call, body: Body): Promise<IncomingMessage | Duplex> {
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
		// Without a body, nothing else would send them.
		else if (body === undefined) request.flushHeaders();
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

/** Throws if the body is cut off. */
async function readText(answer: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
	return Buffer.concat(chunks).toString();
}
