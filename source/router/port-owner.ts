import {createServer} from 'node:net';
import type {ReadonlyEngine} from '../engine/engine.ts';
import type {RouterOptions} from './options.ts';

/** Whether the port is free at this address of this machine. */
const isPortFree = (address: string, port: number): Promise<boolean> =>
	new Promise(resolve => {
		const server = createServer();
		// EACCES is a privileged port, not a taken one.
		server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE'));
		server.listen({host: address, port, exclusive: true}, () => server.close(() => resolve(true)));
	});

/**
 * Finds what uses the router's port: `container other-proxy` or `another process`, or undefined if it is free. Other
 * processes are detected only if the engine runs on this machine.
 */
export async function findPortOwner(
	engine: Pick<ReadonlyEngine, 'address' | 'findPortOwner'>,
	{listen, port}: Pick<RouterOptions, 'listen' | 'port'>,
): Promise<string | undefined> {
	const container = await engine.findPortOwner(port);
	if (container !== undefined) return `container ${container}`;
	const isLocal = engine.address.startsWith('unix:');
	return isLocal && !(await isPortFree(listen, port)) ? 'another process' : undefined;
}
