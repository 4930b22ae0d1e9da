import type {IncomingMessage} from 'node:http';
import type Docker from 'dockerode';
import type {Attempt} from './docker-errors.ts';
import type {Labels} from './engine.ts';

/** What every part of the Docker engine works with. */
export type Connection = {
	readonly docker: Docker;
	readonly address: string;
	readonly attempt: Attempt;
};

export type StreamRequest = {
	readonly method: 'GET' | 'POST';
	readonly path: string;
	readonly query: Readonly<Record<string, string | number | boolean | undefined>>;
	/** Sent as the request's body. */
	readonly archive?: NodeJS.ReadableStream;
	readonly signal?: AbortSignal;
};

/**
 * Opens an answer as a stream. dockerode's own calls parse whole answers as JSON where they can, which spoils logs,
 * and its builds start a gRPC session that only private registries need.
 */
export function openStream({docker}: Connection, request: StreamRequest): Promise<IncomingMessage> {
	const query = Object.fromEntries(Object.entries(request.query).filter(([, value]) => value !== undefined));
	return new Promise((resolve, reject) => {
		docker.modem.dial(
			{
				path: `${request.path}?`,
				method: request.method,
				// The transport sends the options of a POST both as query and as body, unless they are named apart.
				options: {_query: query, _body: {}},
				file: request.archive,
				isStream: true,
				abortSignal: request.signal,
				statusCodes: {200: true},
			},
			(error, response) => (error ? reject(error) : resolve(response as IncomingMessage)),
		);
	});
}

/** The engine's filter for objects with all of these labels. */
export const labelFilter = (labels: Labels): string[] =>
	Object.entries(labels).map(([name, value]) => (value === '' ? name : `${name}=${value}`));
