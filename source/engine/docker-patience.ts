import type {DialOptions} from 'docker-modem';

/**
 * Milliseconds of silence after which the engine is asked whether it still answers; every deadline is a multiple of it.
 * Tests shorten it.
 */
export const patienceMs = (): number => Number(process.env['COMPARTMENT_TEST_PATIENCE_MS']) || 5000;

/** How long one question whether the engine answers may take, in milliseconds. */
export const pingDeadlineMs = (): number => 2 * patienceMs();

/** Their first byte comes when something happens: a layer arrives, a step of a build ends, a container ends. */
const silentStreams = /^\/(?:build|images\/create|containers\/[^/]+\/wait)\b/;

/** Calls that move or delete data, which takes as long as there is data. */
const slowPosts = /^\/(?:containers\/create|volumes\/create|commit|[a-z]+\/prune)\b/;

/**
 * How long the answer to a call may take to begin, and then to end unless it is a stream, in milliseconds. A grace time
 * that the call gives is added. Undefined for streams that may be silent: they last as long as the engine answers others.
 */
export function answerDeadlineMs({path, method, options}: DialOptions): number | undefined {
	if (silentStreams.test(path)) return undefined;
	if (method === 'GET' || method === 'HEAD') return 6 * patienceMs();
	if (method === 'DELETE' || method === 'PUT' || slowPosts.test(path)) return 120 * patienceMs();
	return 24 * patienceMs() + 1000 * (Number(options?.['t']) || 0);
}
