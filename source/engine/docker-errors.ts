import {EngineError, messageOf, UserError} from '../errors.ts';
import {notAnEngine} from './docker-request.ts';

type Failure = {
	readonly code?: unknown;
	readonly statusCode?: unknown;
};

type Options = {
	/** Statuses that mean the wanted state is there already. */
	readonly fine?: readonly number[];
	readonly signal?: AbortSignal;
};

/**
 * Runs one call to the engine. What it throws is an EngineError `cannot <operation>: <engine's own text>`; when the
 * signal aborted, the signal's reason. A status listed as fine gives undefined.
 */
export type Attempt = {
	<T>(operation: string, call: () => Promise<T>, options?: {readonly signal?: AbortSignal}): Promise<T>;
	<T>(operation: string, call: () => Promise<T>, options: Options): Promise<T | undefined>;
};

const unreachable: Readonly<Record<string, {readonly cause: string; readonly hint: string}>> = {
	ENOENT: {cause: 'there is no such socket', hint: 'is Docker running?'},
	ECONNREFUSED: {cause: 'connection refused', hint: 'is Docker running?'},
	ECONNRESET: {cause: 'the engine closed the connection', hint: 'is Docker running?'},
	ERR_STREAM_PREMATURE_CLOSE: {cause: 'the engine closed the connection', hint: 'is Docker running?'},
	EPIPE: {cause: 'the engine closed the connection', hint: 'is Docker running?'},
	EACCES: {
		cause: 'permission denied',
		hint: 'add your user to group docker: `sudo usermod -aG docker $USER`, then log in again',
	},
	EPERM: {cause: 'permission denied', hint: 'add your user to group docker, then log in again'},
	ETIMEDOUT: {cause: 'no answer', hint: 'is the host up, and does its firewall let this machine in?'},
	EHOSTUNREACH: {cause: 'host unreachable', hint: 'is the host up?'},
	ENETUNREACH: {cause: 'network unreachable', hint: 'is this machine online?'},
	ENOTFOUND: {cause: 'unknown host', hint: 'check the host name in DOCKER_HOST or in the docker context'},
	EAI_AGAIN: {cause: 'the host name could not be resolved', hint: 'is this machine online?'},
};

/** A socket is on this machine: what is silent behind it is the engine, or a tunnel to one. */
const silentSocket = 'does `docker version` answer? If not, restart Docker, or the tunnel that this socket leads to';

const isSocket = (address: string): boolean => /^(?:unix|npipe):/.test(address);

/** Every failure of a connection is told with its address and where else an engine was looked for. */
export function createAttempt(address: string, lookedAt: readonly string[]): Attempt {
	return async <T>(operation: string, call: () => Promise<T>, options: Options = {}) => {
		try {
			return await call();
		} catch (error) {
			if (options.signal?.aborted) throw options.signal.reason;
			const status = statusOf(error);
			if (status !== undefined && options.fine?.includes(status)) return undefined as T;
			throw toEngineError(error, operation, address, lookedAt);
		}
	};
}

export function statusOf(error: unknown): number | undefined {
	const status = error instanceof EngineError ? error.status : (error as Failure | undefined)?.statusCode;
	return typeof status === 'number' ? status : undefined;
}

function toEngineError(error: unknown, operation: string, address: string, lookedAt: readonly string[]): Error {
	if (error instanceof UserError) return error;
	const {code, name} = error as {code?: unknown; name?: unknown};
	const status = statusOf(error);
	if (code === notAnEngine) {
		const text = `cannot ${operation}: ${address} answers HTTP but is not a Docker engine (${messageOf(error)})`;
		return new EngineError(text, {hint: 'check DOCKER_HOST and the docker context', cause: error});
	}
	if (status === undefined && (typeof code === 'string' || name === 'TimeoutError' || name === 'AbortError')) {
		const kind = name === 'TimeoutError' || name === 'AbortError' ? 'ETIMEDOUT' : String(code);
		const known = unreachable[kind];
		const hint = kind === 'ETIMEDOUT' && isSocket(address) ? silentSocket : (known?.hint ?? 'is Docker running?');
		// The one who gave up knows for how long.
		const cause = code === 'ETIMEDOUT' && messageOf(error).startsWith('no answer') ? messageOf(error) : known?.cause;
		const elsewhere = code === 'ENOENT' && lookedAt.length > 1 ? ` Looked at ${lookedAt.join(', ')}.` : '';
		return new EngineError(
			`cannot ${operation}: the engine at ${address} is out of reach: ${cause ?? messageOf(error)}`,
			{hint: `${hint}${elsewhere}`, cause: error},
		);
	}
	if (error instanceof SyntaxError) {
		return new EngineError(`cannot ${operation}: what answers at ${address} is not a Docker engine: ${error.message}`, {
			cause: error,
		});
	}
	const text = messageOf(error).trim() || `${address} answered with status ${status} and no text`;
	return new EngineError(`cannot ${operation}: ${text}`, {status, cause: error});
}

/** A container or image as messages call it: long ids are cut to the twelve digits that Docker prints. */
export const shown = (id: string): string => id.replace(/^(?:sha256:)?([0-9a-f]{12})[0-9a-f]{52}$/, '$1');
