import {connect, type Socket} from 'node:net';
import {createAnswerReader, type HttpAnswer} from './http-answer.ts';

/**
 * How many requests are sent at once; the others wait. More would not make an engine on this machine faster, and each
 * connection costs. Behind a forwarded socket each request waits for the network, where more at once cost little.
 */
const mostConnections = {near: 16, far: 64} as const;

/** Where even the fastest answer took longer, the engine is on another machine. */
const nearMs = 15;

/** A request that has been sent. */
type Exchange = {
	/** Rejects if the connection is cut off. */
	readonly answer: Promise<HttpAnswer>;
	/** Resolves with the first bytes of the answer. */
	readonly begun: Promise<void>;
	/** Bytes sent and received so far. */
	readonly bytes: () => number;
	/** Closes the connection and rejects the answer with this error. Nothing happens once there is an answer. */
	readonly fail: (error: Error) => void;
};

type Handlers = {
	readonly take: (bytes: Buffer) => void;
	/** The connection is closed. */
	readonly end: (error: Error) => void;
};

/** A connection with the one exchange that uses it. */
type Line = {readonly socket: Socket; handlers: Handlers | undefined};

const closed = (): Error => Object.assign(new Error('closed'), {code: 'ECONNRESET'});

function openLine(path: string): Line {
	const socket = connect({path});
	const line: Line = {socket, handlers: undefined};
	let failure: Error | undefined;
	socket.on('data', bytes => line.handlers?.take(bytes));
	socket.on('error', error => {
		failure = error;
	});
	socket.on('close', () => line.handlers?.end(failure ?? closed()));
	return line;
}

/** Sends a GET request. `onFree` is called when the line is free for another one. */
function exchange(line: Line, url: string, onFree: () => void): Exchange {
	const {socket} = line;
	const start = socket.bytesRead + socket.bytesWritten;
	const reader = createAnswerReader();
	let begin: () => void;
	let handlers: Handlers | undefined;
	const begun = new Promise<void>(resolve => {
		begin = resolve;
	});
	const answer = new Promise<HttpAnswer>((resolve, reject) => {
		handlers = {
			take(bytes) {
				begin();
				try {
					const read = reader.push(bytes);
					if (!read) return;
					line.handlers = undefined;
					if (read.isReusable) onFree();
					else socket.destroy();
					resolve(read.answer);
				} catch (error) {
					socket.destroy(error as Error);
				}
			},
			end(error) {
				const ended = reader.end();
				if (ended) resolve(ended);
				else reject(error);
			},
		};
	});
	line.handlers = handlers;
	// Whoever waits for it may have given up.
	answer.catch(() => undefined);
	socket.write(`GET ${url} HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n`, 'latin1');
	return {
		answer,
		begun,
		bytes: () => socket.bytesRead + socket.bytesWritten - start,
		fail(error) {
			if (line.handlers === handlers) socket.destroy(error);
		},
	};
}

/** What a path may not hold, as in node:http: with a line break in it, a name would be read as more requests. */
const unescaped = /[^\x21-\xff]/;

/** Sends GET requests. Resolves when the request has a connection; rejects a path with characters that must be escaped. */
export type SocketReads = (url: string) => Promise<Exchange>;

/**
 * Reads over a local socket without node:http. Keeps its connections open for later requests; an idle one does not keep the
 * process alive.
 */
export function createSocketReads(path: string): SocketReads {
	const idle: Line[] = [];
	const waiting: (() => void)[] = [];
	let open = 0;
	let fastestMs: number | undefined;
	const limit = () => ((fastestMs ?? 0) > nearMs ? mostConnections.far : mostConnections.near);

	const next = () => waiting.shift()?.();
	const openAnother = (): Line => {
		open++;
		const line = openLine(path);
		line.socket.once('close', () => {
			open--;
			const index = idle.indexOf(line);
			if (index >= 0) idle.splice(index, 1);
			next();
		});
		return line;
	};
	const send = (line: Line, url: string) => {
		const sentAt = performance.now();
		return exchange(line, url, () => {
			fastestMs = Math.min(fastestMs ?? Number.POSITIVE_INFINITY, performance.now() - sentAt);
			line.socket.unref();
			idle.push(line);
			next();
		});
	};

	return async url => {
		if (unescaped.test(url)) throw new TypeError('Request path contains unescaped characters');
		while (idle.length === 0 && open >= limit()) await new Promise<void>(resolve => void waiting.push(resolve));
		const line = idle.pop();
		if (!line) return send(openAnother(), url);
		line.socket.ref();
		return send(line, url);
	};
}
