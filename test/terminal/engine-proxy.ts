import {mkdtempSync, rmSync} from 'node:fs';
import {connect, createServer, type Server, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
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

export async function openEngineProxy(): Promise<EngineProxy> {
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
				near.pipe(far);
				far.pipe(near);
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
