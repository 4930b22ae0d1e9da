import {createServer} from 'node:net';
import type {ReadonlyEngine} from '../engine/engine.ts';
import {type PortOptions, type PublishedPort, publishedPorts, type RouterOptions} from './options.ts';

/** A port of the router that something else uses: `container other-proxy` or `another process`. */
export type TakenPort = PublishedPort & {readonly owner: string};

/** Whether the port is free at this address of this machine. */
const isPortFree = (address: string, port: number): Promise<boolean> =>
	new Promise(resolve => {
		const server = createServer();
		// EACCES is a privileged port, not a taken one.
		server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE'));
		server.listen({host: address, port, exclusive: true}, () => server.close(() => resolve(true)));
	});

/**
 * Finds a port of the router that something else uses; undefined if all are free. A port that the router itself publishes
 * counts as free. Other processes are detected only if the engine runs on this machine.
 */
export async function findTakenPort(
	engine: Pick<ReadonlyEngine, 'address' | 'findPortOwner'>,
	options: PortOptions & Pick<RouterOptions, 'name' | 'listen'>,
): Promise<TakenPort | undefined> {
	const isLocal = engine.address.startsWith('unix:');
	for (const published of publishedPorts(options)) {
		const container = await engine.findPortOwner(published.port);
		if (container === options.name) continue;
		if (container !== undefined) return {...published, owner: `container ${container}`};
		if (isLocal && !(await isPortFree(options.listen, published.port))) return {...published, owner: 'another process'};
	}
	return undefined;
}
