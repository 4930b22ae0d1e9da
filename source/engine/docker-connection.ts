import type {IncomingMessage} from 'node:http';
import type Docker from 'dockerode';
import type {Call} from './docker-answer.ts';
import type {Attempt} from './docker-errors.ts';
import type {Reach} from './docker-reach.ts';
import type {Labels} from './engine.ts';
import type {HttpAnswer} from './http-answer.ts';

/** Shared by all parts of the Docker engine. */
export type Connection = {
	readonly docker: Docker;
	readonly address: string;
	readonly attempt: Attempt;
	readonly reach: Reach;
};

export type StreamRequest = {
	readonly method: 'GET' | 'POST' | 'PUT';
	readonly path: string;
	readonly query: Readonly<Record<string, string | number | boolean | undefined>>;
	/** Sent as the request's body. */
	readonly archive?: NodeJS.ReadableStream;
	/** The header X-Registry-Auth: credentials, so no message may show it. */
	readonly authorization?: string | undefined;
	readonly signal?: AbortSignal | undefined;
};

type ReadOptions = Pick<StreamRequest, 'authorization' | 'signal'>;

const authConfig = (authorization: string | undefined) =>
	authorization === undefined ? {} : {authconfig: {base64: authorization}};

/**
 * Sends a request and returns the response as a stream. dockerode's own calls parse whole responses as JSON where they
 * can, which corrupts logs, and its builds open a gRPC session that only private registries need.
 */
export function openStream({docker}: Connection, request: StreamRequest): Promise<IncomingMessage> {
	const query = Object.fromEntries(Object.entries(request.query).filter(([, value]) => value !== undefined));
	return new Promise((resolve, reject) => {
		docker.modem.dial(
			{
				path: `${request.path}?`,
				method: request.method,
				// Without `_query` and `_body`, docker-modem sends the options of a POST as both query and body.
				options: {_query: query, _body: {}},
				file: request.archive,
				isStream: true,
				...authConfig(request.authorization),
				abortSignal: request.signal,
				statusCodes: {200: true},
			},
			(error, response) => (error ? reject(error) : resolve(response as IncomingMessage)),
		);
	});
}

/** Sends a GET request and reads its response to the end; dockerode's own calls take no signal and give no headers. */
export function readAnswer(
	{docker}: Connection,
	path: string,
	{authorization, signal}: ReadOptions = {},
): Promise<HttpAnswer> {
	const call: Call = {
		path: `${path}?`,
		method: 'GET',
		options: {_query: {}, _body: {}},
		...authConfig(authorization),
		abortSignal: signal,
		statusCodes: {200: true},
		isWhole: true,
	};
	return new Promise((resolve, reject) => {
		docker.modem.dial(call, (error, answer) => (error ? reject(error) : resolve(answer as HttpAnswer)));
	});
}

/** The engine's filter for objects that carry all of these labels. */
export const labelFilter = (labels: Labels): string[] =>
	Object.entries(labels).map(([name, value]) => (value === '' ? name : `${name}=${value}`));
