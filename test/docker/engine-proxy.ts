import {mkdtempSync, rmSync} from 'node:fs';
import {connect, createServer, type Server, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {findEngine} from '../../source/engine/docker-address.ts';
import {sshAddress} from './open-sshd.ts';
import {folderOfEngine} from './through-ssh.ts';

/** A proxy in front of the engine that can be cut, as if the engine went away and came back. */
export type EngineProxy = {
	/** The address for DOCKER_HOST: a socket, or a port, and over ssh if the tests of this run go through it. */
	readonly host: string;
	readonly cut: () => Promise<void>;
	readonly mend: () => Promise<void>;
	readonly [Symbol.asyncDispose]: () => Promise<void>;
};

/** The socket of the engine itself, also when the tests of this run reach it through ssh. */
function openSocket(): Socket {
	const {target} = findEngine(undefined, {...process.env, ...(folderOfEngine() ? {DOCKER_HOST: undefined} : {})});
	if ('socketPath' in target) return connect({path: target.socketPath, allowHalfOpen: true});
	throw new Error('this test needs an engine at a socket of this machine');
}

/**
 * The fate of a call: it is answered (`pass`), its connection is cut in the middle of the response (`half`), cut as
 * soon as the engine has it (`cut`), or it is never answered and the engine never sees it (`silence`). `cut-all` cuts
 * every other connection too.
 */
export type Fate = 'pass' | 'half' | 'cut' | 'cut-all' | 'silence';

type Options = {
	/**
	 * Decides the fate of each call by its method and path, `GET /containers/json?all=true`, and its body. What is sent
	 * to the standard input of a command is the call `STDIN`.
	 */
	readonly fate?: (call: string, text: string) => Fate;
	/** Listens on a local TCP port instead of a socket file. */
	readonly isTcp?: boolean;
	/** Receives everything that the program sends. */
	readonly onSend?: (text: string) => void;
	/** A header to add to every response, such as `Builder-Version: 1`. */
	readonly header?: string;
};

/** Adds a header to a chunk that starts a response. */
function withHeader(piece: Buffer, header: string | undefined): Buffer {
	if (header === undefined || piece.subarray(0, 7).toString('latin1') !== 'HTTP/1.') return piece;
	const end = piece.indexOf('\r\n');
	return Buffer.concat([piece.subarray(0, end), Buffer.from(`\r\n${header}`), piece.subarray(end)]);
}

const callIn = (text: string): string | undefined => /^([A-Z]+ \/\S*) HTTP\/1\.1\r\n/.exec(text)?.[1];

/** Connects a program's connection to one of the engine. */
function forward(near: Socket, far: Socket, {fate = () => 'pass', onSend, header}: Options, cutAll: () => void): void {
	let current: Fate = 'pass';
	let isInput = false;
	const end = () => {
		near.destroy();
		far.destroy();
	};
	near.on('close', () => far.destroy()).on('end', () => far.end());
	near.on('data', (piece: Buffer) => {
		const text = piece.toString('latin1');
		onSend?.(text);
		const call = callIn(text) ?? (isInput ? 'STDIN' : undefined);
		isInput ||= /^upgrade: tcp\r$/im.test(text);
		if (call !== undefined) current = fate(call, text);
		if (current === 'silence') return;
		far.write(piece);
		if (current === 'cut' || current === 'cut-all') setTimeout(current === 'cut' ? end : cutAll, 20);
	});
	far.on('data', (piece: Buffer) => {
		if (current === 'silence' || current === 'cut' || current === 'cut-all') return;
		if (current === 'pass') near.write(withHeader(piece, header));
		else near.write(piece.subarray(0, Math.ceil(piece.length / 2)), end);
	});
	far.on('end', () => near.end()).on('close', () => near.destroy());
}

export async function openEngineProxy(options: Options = {}): Promise<EngineProxy> {
	const folder = mkdtempSync(join(folderOfEngine() ?? tmpdir(), 'compartment-proxy-'));
	const path = join(folder, 'engine.sock');
	const sockets = new Set<Socket>();
	let server: Server | undefined;
	let port = 0;
	const cutAll = () => {
		for (const socket of sockets) socket.destroy();
	};
	const mend = () =>
		new Promise<void>(resolve => {
			server = createServer({allowHalfOpen: true}, near => {
				const far = openSocket();
				for (const socket of [near, far]) {
					sockets.add(socket);
					socket.on('error', () => undefined);
					socket.on('close', () => sockets.delete(socket));
				}
				forward(near, far, options, cutAll);
			});
			if (options.isTcp) server.listen(port, '127.0.0.1', resolve);
			else server.listen(path, resolve);
		});
	const cut = async () => {
		cutAll();
		await new Promise(resolve => (server ? server.close(resolve) : resolve(undefined)));
		server = undefined;
	};
	await mend();
	const address = server!.address();
	if (address !== null && typeof address === 'object') port = address.port;
	return {
		host: options.isTcp ? `tcp://127.0.0.1:${port}` : folderOfEngine() ? sshAddress(path) : `unix://${path}`,
		cut,
		mend,
		async [Symbol.asyncDispose]() {
			await cut();
			rmSync(folder, {recursive: true, force: true});
		},
	};
}
