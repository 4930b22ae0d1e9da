import {mkdtempSync, rmSync} from 'node:fs';
import {connect, createServer, type Server, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Transform} from 'node:stream';
import {findEngine} from '../../source/engine/docker-address.ts';

/** A way to the engine that can be cut: to a program behind it, the engine goes away and comes back. */
export type EngineProxy = {
	readonly host: string;
	readonly cut: () => Promise<void>;
	readonly mend: () => Promise<void>;
	readonly [Symbol.asyncDispose]: () => Promise<void>;
};

function openSocket(): Socket {
	const {target} = findEngine(undefined);
	if ('socketPath' in target) return connect(target.socketPath);
	throw new Error('this test needs an engine at a socket of this machine');
}

type Options = {
	/** Sees what the program sends. */
	readonly onSend?: (text: string) => void;
	/** A header that every answer of the engine gets, such as `Builder-Version: 1`. */
	readonly header?: string;
};

/** Puts a header into a piece of an answer that begins one. */
function withHeader(piece: Buffer, header: string | undefined): Buffer {
	if (header === undefined || piece.subarray(0, 7).toString('latin1') !== 'HTTP/1.') return piece;
	const end = piece.indexOf('\r\n');
	return Buffer.concat([piece.subarray(0, end), Buffer.from(`\r\n${header}`), piece.subarray(end)]);
}

export async function openEngineProxy({onSend, header}: Options = {}): Promise<EngineProxy> {
	const folder = mkdtempSync(join(tmpdir(), 'compartment-proxy-'));
	const path = join(folder, 'engine.sock');
	const sockets = new Set<Socket>();
	let server: Server | undefined;
	const mend = () =>
		new Promise<void>(resolve => {
			server = createServer(near => {
				const far = openSocket();
				for (const socket of [near, far]) {
					sockets.add(socket);
					socket.on('error', () => undefined);
					socket.on('close', () => sockets.delete(socket));
				}
				near.on('data', (piece: Buffer) => onSend?.(piece.toString('latin1')));
				near.pipe(far);
				far
					.pipe(
						new Transform({
							transform: (piece: Buffer, _, done) => done(null, withHeader(piece, header)),
						}),
					)
					.pipe(near);
			}).listen(path, resolve);
		});
	const cut = async () => {
		for (const socket of sockets) socket.destroy();
		await new Promise(resolve => (server ? server.close(resolve) : resolve(undefined)));
		server = undefined;
	};
	await mend();
	return {
		host: `unix://${path}`,
		cut,
		mend,
		async [Symbol.asyncDispose]() {
			await cut();
			rmSync(folder, {recursive: true, force: true});
		},
	};
}
