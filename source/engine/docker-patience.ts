import type {DialOptions} from 'docker-modem';

/**
 * Milliseconds of silence after which the engine is pinged; every deadline is a multiple of this. Tests shorten it.
 */
export const patienceMs = (): number => Number(process.env['COMPARTMENT_TEST_PATIENCE_MS']) || 5000;

/** How long a ping may take, in milliseconds. */
export const pingDeadlineMs = (): number => 2 * patienceMs();

/** Streams whose first byte comes only when something happens: a layer arrives, a build step ends, a container ends. */
const silentStreams = /^\/(?:build(?!\/prune)|images\/create|containers\/[^/]+\/wait)\b/;

/** Calls that move or delete data; their duration depends on how much there is. */
const slowPosts = /^\/(?:containers\/create|volumes\/create|commit|[a-z]+\/prune)\b/;

/**
 * How long a response may take to start, and then, unless it is a stream, to finish, in milliseconds. The grace period of
 * a stop is added. Undefined for streams that may be silent: those end when the engine no longer answers pings.
 */
export function answerDeadlineMs({path, method, options}: DialOptions): number | undefined {
	if (silentStreams.test(path)) return undefined;
	if (method === 'GET' || method === 'HEAD') return 6 * patienceMs();
	if (method === 'DELETE' || method === 'PUT' || slowPosts.test(path)) return 120 * patienceMs();
	return 24 * patienceMs() + 1000 * (Number(options?.['t']) || 0);
}
