import type {IncomingHttpHeaders, ServerHttp2Stream} from 'node:http2';
import type {Duplex} from 'node:stream';
import type {BuildTree, TreeEntry} from '../engine.ts';
import {writeMessage} from '../protobuf-writer.ts';
import {answerCredentials} from './answer-credentials.ts';
import {createFrameReader, frameOf} from './grpc.ts';
import {type Received, readPacket} from './packets.ts';
import {sendTree} from './send-tree.ts';

/** What BuildKit may call (moby/buildkit, session/filesync/filesync.proto, session/auth/auth.proto, and gRPC's own health check). */
export const methods = {
	health: '/grpc.health.v1.Health/Check',
	diffCopy: '/moby.filesync.v1.FileSync/DiffCopy',
	credentials: '/moby.filesync.v1.Auth/Credentials',
} as const;

export type Source = {
	readonly tree: BuildTree;
	/** Path of the Dockerfile in the tree. */
	readonly dockerfile: string;
	/** Registries that BuildKit may get credentials for. */
	readonly hosts: readonly string[];
};

const head = {':status': 200, 'content-type': 'application/grpc'};
const unimplemented = '12';

/** Small packets are sent together. */
const batchBytes = 64 * 1024;

const listIn = (value: string | readonly string[] | undefined): string[] =>
	(typeof value === 'string' ? value.split(',') : [...(value ?? [])]).map(text => text.trim()).filter(Boolean);

/**
 * The entries that a transfer is about. The files of the context were chosen before, so what BuildKit would leave out does
 * not count, and it finds no .dockerignore when it looks for one alone.
 */
export function entriesFor(headers: IncomingHttpHeaders, {tree, dockerfile}: Source): readonly TreeEntry[] {
	const [name] = listIn(headers['dir-name']);
	if (name === 'dockerfile')
		return tree.entries.filter(({path, type}) =>
			type === 'directory' ? dockerfile.startsWith(`${path}/`) : path === dockerfile,
		);
	const wanted = [...listIn(headers['followpaths']), ...listIn(headers['include-patterns'])];
	return wanted.length > 0 && wanted.every(path => path === '.dockerignore') ? [] : tree.entries;
}

async function* packetsOf(stream: ServerHttp2Stream): AsyncGenerator<Received> {
	const read = createFrameReader();
	// The answer goes on after the last packet.
	const chunks: AsyncIterable<Buffer> = stream.iterator({destroyOnReturn: false});
	for await (const chunk of chunks) for (const message of read(chunk)) yield readPacket(message);
}

/** Writes frames together, no faster than they are taken. */
function createWriter(stream: ServerHttp2Stream) {
	let waiting: Buffer[] = [];
	let bytes = 0;
	let isScheduled = false;
	let resume: (() => void)[] = [];
	const resumeAll = () => {
		const all = resume;
		resume = [];
		for (const each of all) each();
	};
	stream.on('drain', resumeAll).on('close', resumeAll);
	const flush = (): void => {
		isScheduled = false;
		if (bytes === 0 || stream.destroyed) return;
		const batch = Buffer.concat(waiting, bytes);
		waiting = [];
		bytes = 0;
		stream.write(batch);
	};
	return async (packet: Buffer): Promise<void> => {
		if (stream.destroyed) throw new Error('the transfer was closed');
		const frame = frameOf(packet);
		waiting.push(frame);
		bytes += frame.length;
		if (bytes >= batchBytes) flush();
		else if (!isScheduled) {
			setImmediate(flush);
			isScheduled = true;
		}
		// Too much in memory, and the session would take no other call.
		if (stream.writableNeedDrain) await new Promise<void>(resolve => void resume.push(resolve));
	};
}

function answerHealth(stream: ServerHttp2Stream): void {
	const isServing = 1;
	stream.respond(head, {waitForTrailers: true});
	stream.on('wantTrailers', () => stream.sendTrailers({'grpc-status': '0'}));
	stream.end(frameOf(writeMessage({1: isServing})));
}

function answerDiffCopy(
	stream: ServerHttp2Stream,
	entries: readonly TreeEntry[],
	onFailure: (error: unknown) => void,
): void {
	stream.respond(head, {waitForTrailers: true});
	stream.on('wantTrailers', () => stream.sendTrailers({'grpc-status': '0'}));
	sendTree(entries, {send: createWriter(stream), packets: packetsOf(stream)})
		// BuildKit may go away, such as after a build that was cancelled.
		.catch((error: unknown) => stream.destroyed || onFailure(error))
		// What the writer holds goes first.
		.finally(() => setImmediate(() => stream.end()));
}

/**
 * Serves a tree over a connection that BuildKit calls back on.
 * @param onFailure gets what reading a file throws
 * @returns a function that ends it
 */
export function serveTree(socket: Duplex, source: Source, onFailure: (error: unknown) => void): () => void {
	const {performServerHandshake} = process.getBuiltinModule('node:http2');
	const session = performServerHandshake(socket);
	session.on('error', () => undefined);
	session.on('stream', (stream, headers) => {
		stream.on('error', () => undefined);
		// A request that nobody reads is closed early, which overtakes an answer that waits behind data.
		const path = headers[':path'];
		if (path !== methods.diffCopy && path !== methods.credentials) stream.resume();
		switch (path) {
			case methods.health:
				answerHealth(stream);
				break;
			case methods.diffCopy:
				answerDiffCopy(stream, entriesFor(headers, source), onFailure);
				break;
			case methods.credentials:
				// BuildKit may go away meanwhile.
				answerCredentials(stream, source.hosts).catch(() => stream.destroy());
				break;
			default:
				stream.respond({...head, 'grpc-status': unimplemented}, {endStream: true});
		}
	});
	return () => {
		session.destroy();
		socket.destroy();
	};
}
