import {randomUUID} from 'node:crypto';
import type {Duplex} from 'node:stream';
import type {Connection} from '../docker-connection.ts';
import {methods, type Source, serveTree} from './serve.ts';

/** A connection on which BuildKit asks for the files of a context. */
export type BuildSession = {
	readonly id: string;
	/** What reading a file threw, which is why the build fails. */
	readonly failure: () => unknown;
	readonly close: () => void;
};

/** Opens a session. @throws if the engine has none */
export async function openBuildSession(
	{docker}: Connection,
	source: Source,
	{onFailure, signal}: {readonly onFailure: () => void; readonly signal?: AbortSignal | undefined},
): Promise<BuildSession> {
	const id = randomUUID().replaceAll('-', '');
	const headers = {
		Upgrade: 'h2c',
		'X-Docker-Expose-Session-Uuid': id,
		'X-Docker-Expose-Session-Name': 'compartment',
		'X-Docker-Expose-Session-Sharedkey': source.tree.key,
		'X-Docker-Expose-Session-Grpc-Method': Object.values(methods),
	};
	const socket = await new Promise<Duplex>((resolve, reject) => {
		const call = {path: '/session', method: 'POST', headers, hijack: true, openStdin: true, abortSignal: signal};
		docker.modem.dial(
			{...call, options: {_query: {}, _body: {}}, statusCodes: {101: true}} as never,
			(error, opened) => (error ? reject(error) : resolve(opened as Duplex)),
		);
	});
	let failure: unknown;
	const close = serveTree(socket, source, error => {
		failure ??= error;
		onFailure();
	});
	return {id, failure: () => failure, close};
}
