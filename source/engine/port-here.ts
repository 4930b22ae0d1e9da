import {type AddressInfo, createServer} from 'node:net';

/** Whether a program of this machine listens at this address. */
export const isPortTakenHere = (host: string, port: number): Promise<boolean> =>
	new Promise(resolve => {
		const server = createServer();
		// EACCES is a privileged port, not a taken one.
		server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE'));
		server.listen({host, port, exclusive: true}, () => server.close(() => resolve(false)));
	});

/** A port of 127.0.0.1 on which nothing listens: the wanted one, if this user may have it, else any. */
export const freePort = (wanted: number): Promise<number> =>
	new Promise((resolve, reject) => {
		const server = createServer();
		server.once('error', error => (wanted === 0 ? reject(error) : resolve(freePort(0))));
		server.listen({host: '127.0.0.1', port: wanted, exclusive: true}, () => {
			const {port} = server.address() as AddressInfo;
			server.close(() => resolve(port));
		});
	});
