import {EngineError, messageOf, UserError} from '../errors.ts';
import {notAnEngine} from './docker-answer.ts';
import type {Explanation} from './ssh/ssh-words.ts';

type Failure = {
	readonly code?: unknown;
	readonly statusCode?: unknown;
};

type Options = {
	/** HTTP statuses that mean the desired state already holds. */
	readonly fine?: readonly number[];
	readonly signal?: AbortSignal;
};

/**
 * Runs one engine call. Throws an EngineError `cannot <task>: <the engine's message>`, or the signal's reason if it
 * was aborted. Returns undefined for a status listed in `fine`.
 */
export type Attempt = {
	<T>(task: string, call: () => Promise<T>, options?: {readonly signal?: AbortSignal}): Promise<T>;
	<T>(task: string, call: () => Promise<T>, options: Options): Promise<T | undefined>;
};

const unreachable: Readonly<Record<string, {readonly cause: string; readonly hint: string}>> = {
	ENOENT: {cause: 'no such socket', hint: 'is Docker running?'},
	ECONNREFUSED: {cause: 'connection refused', hint: 'is Docker running?'},
	ECONNRESET: {cause: 'the engine closed the connection', hint: 'is Docker running?'},
	ERR_STREAM_PREMATURE_CLOSE: {cause: 'the engine closed the connection', hint: 'is Docker running?'},
	EPIPE: {cause: 'the engine closed the connection', hint: 'is Docker running?'},
	EACCES: {
		cause: 'permission denied',
		hint: 'add your user to the docker group: `sudo usermod -aG docker $USER`, then log in again',
	},
	EPERM: {cause: 'permission denied', hint: 'add your user to the docker group, then log in again'},
	ETIMEDOUT: {cause: 'no answer', hint: 'is the host up, and does its firewall let this machine in?'},
	EHOSTUNREACH: {cause: 'host unreachable', hint: 'is the host up?'},
	ENETUNREACH: {cause: 'network unreachable', hint: 'is this machine online?'},
	ENOTFOUND: {cause: 'unknown host', hint: 'check the host name in DOCKER_HOST or in the docker context'},
	EAI_AGAIN: {cause: 'the host name could not be resolved', hint: 'is this machine online?'},
};

/** A socket is local, so it is the engine that does not answer, or a tunnel to one. */
const silentSocket = 'does `docker version` answer? If not, restart Docker, or the tunnel that this socket leads to';

/** Asks why a request got no answer. */
type Explain = () => Promise<Explanation | undefined>;

/** The reason in the error itself: that of a tunnel that cannot be opened. */
const explanationIn = (error: unknown): Explanation | undefined =>
	error instanceof Error && 'explanation' in error ? (error.explanation as Explanation) : undefined;

const isSocket = (address: string): boolean => /^(?:unix|npipe):/.test(address);

/**
 * Makes an `Attempt` whose connection errors name the address and, if none was configured, the sockets tried.
 * @param explain is asked when no answer came
 */
export function createAttempt(
	address: string,
	lookedAt: readonly string[],
	explain: Explain = async () => undefined,
): Attempt {
	return async <T>(task: string, call: () => Promise<T>, options: Options = {}) => {
		try {
			return await call();
		} catch (error) {
			if (options.signal?.aborted) throw options.signal.reason;
			const status = statusOf(error);
			if (status !== undefined && options.fine?.includes(status)) return undefined as T;
			const known = isUnanswered(error) ? (explanationIn(error) ?? (await explain())) : undefined;
			if (known) throw unreachableError(task, address, known, error);
			throw toEngineError(error, task, address, lookedAt);
		}
	};
}

export function statusOf(error: unknown): number | undefined {
	const status = error instanceof EngineError ? error.status : (error as Failure | undefined)?.statusCode;
	return typeof status === 'number' ? status : undefined;
}

/** Whether the request may have got no answer, so that its error has no status. */
function isUnanswered(error: unknown): boolean {
	if (error instanceof UserError) return false;
	const {code, name} = error as {readonly code?: unknown; readonly name?: unknown};
	if (statusOf(error) !== undefined || code === notAnEngine) return false;
	return explanationIn(error) !== undefined || typeof code === 'string' || isTimeout(name);
}

const isTimeout = (name: unknown): boolean => name === 'TimeoutError' || name === 'AbortError';

const unreachableError = (task: string, address: string, {cause, hint}: Explanation, error: unknown): EngineError =>
	new EngineError(`cannot ${task}: the engine at ${address} is unreachable: ${cause}`, {hint, cause: error});

function toEngineError(error: unknown, task: string, address: string, lookedAt: readonly string[]): Error {
	if (error instanceof UserError) return error;
	const {code, name} = error as {code?: unknown; name?: unknown};
	const status = statusOf(error);
	if (code === notAnEngine) {
		const text = `cannot ${task}: ${address} answers HTTP but is not a Docker engine (${messageOf(error)})`;
		return new EngineError(text, {hint: 'check DOCKER_HOST and the docker context', cause: error});
	}
	if (isUnanswered(error)) {
		const kind = isTimeout(name) ? 'ETIMEDOUT' : String(code);
		const known = unreachable[kind];
		const hint = kind === 'ETIMEDOUT' && isSocket(address) ? silentSocket : (known?.hint ?? 'is Docker running?');
		// The deadline's own message says how long it waited.
		const cause = code === 'ETIMEDOUT' && messageOf(error).startsWith('no answer') ? messageOf(error) : known?.cause;
		const elsewhere = code === 'ENOENT' && lookedAt.length > 1 ? ` Looked at ${lookedAt.join(', ')}.` : '';
		return unreachableError(task, address, {cause: cause ?? messageOf(error), hint: `${hint}${elsewhere}`}, error);
	}
	if (error instanceof SyntaxError) {
		return new EngineError(`cannot ${task}: ${address} is not a Docker engine: ${error.message}`, {
			cause: error,
		});
	}
	const text = messageOf(error).trim() || `${address} answered with status ${status} and no text`;
	return new EngineError(`cannot ${task}: ${text}`, {status, cause: error});
}

/** Shortens a full id to the twelve digits that Docker prints; anything else stays as it is. */
export const shown = (id: string): string => id.replace(/^(?:sha256:)?([0-9a-f]{12})[0-9a-f]{52}$/, '$1');
