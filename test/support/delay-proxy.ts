import {connect, createServer, type Socket} from 'node:net';

/** A proxy in front of a TCP port of this machine that makes it as far away as a round trip takes. */
export type DelayProxy = {readonly port: number; readonly close: () => void};

/** Hands on what a socket receives after a time, in order. */
function forward(from: Socket, to: Socket, delayMs: number): void {
	const later = (task: () => void) => setTimeout(task, delayMs);
	from.on('data', piece => later(() => to.writable && to.write(piece)));
	from.on('end', () => later(() => to.end()));
	from.on('close', () => later(() => to.destroy()));
	from.on('error', () => undefined);
}

/** @param roundTripMs half of it passes in each direction */
export async function openDelayProxy(target: number, roundTripMs: number): Promise<DelayProxy> {
	const sockets = new Set<Socket>();
	const server = createServer({allowHalfOpen: true}, near => {
		const far = connect({port: target, host: '127.0.0.1', allowHalfOpen: true});
		for (const socket of [near, far]) {
			socket.setNoDelay(true);
			sockets.add(socket);
			socket.once('close', () => sockets.delete(socket));
		}
		forward(near, far, roundTripMs / 2);
		forward(far, near, roundTripMs / 2);
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('it has no port');
	return {
		port: address.port,
		close() {
			server.close();
			for (const socket of sockets) socket.destroy();
		},
	};
}
