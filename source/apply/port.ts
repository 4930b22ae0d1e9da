import {createServer} from 'node:net';

/** Whether nothing listens on this address of this machine. */
export const isPortFree = (address: string, port: number): Promise<boolean> =>
	new Promise(resolve => {
		const server = createServer();
		// A port that only root may open is not taken.
		server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE'));
		server.listen({host: address, port, exclusive: true}, () => server.close(() => resolve(true)));
	});
