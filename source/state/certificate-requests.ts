import type {CertificateRequest, IssueFailure, State} from './state.ts';

type Requests = Pick<State, 'certificateRequests'>;

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

type Pauses = {readonly firstMs: number; readonly factor: number; readonly longestMs: number};

/**
 * Pauses after failures in a row. Public authorities take five failed checks of a host in an hour; a server that is down is
 * asked more often.
 */
const pausesOf = (reason: IssueFailure['reason']): Pauses => {
	if (reason === 'unreachable' || reason === 'server' || reason === 'router')
		return {firstMs: minuteMs, factor: 2, longestMs: hourMs};
	if (reason === 'rate-limit') return {firstMs: hourMs, factor: 2, longestMs: 24 * hourMs};
	return {firstMs: 5 * minuteMs, factor: 3, longestMs: 24 * hourMs};
};

type Failed = {
	readonly reason: IssueFailure['reason'];
	readonly message: string;
	/** What the server asks to wait, in milliseconds. */
	readonly retryAfterMs: number | undefined;
	/** Milliseconds since the epoch. */
	readonly now: number;
	/** 0 to 1: spreads the tries of many hosts. */
	readonly random: number;
};

/** The record of a failed try after the previous ones. */
export function nextFailure(
	previous: IssueFailure | undefined,
	{reason, message, retryAfterMs = 0, now, random}: Failed,
): IssueFailure {
	const attempts = (previous?.attempts ?? 0) + 1;
	const {firstMs, factor, longestMs} = pausesOf(reason);
	const pauseMs = Math.min(longestMs, firstMs * factor ** (attempts - 1)) * (1 + random / 5);
	// Nobody waits for years because of a wrong header.
	const askedMs = Math.min(retryAfterMs, 7 * 24 * hourMs);
	return {
		reason,
		message,
		at: new Date(now).toISOString(),
		attempts,
		retryAt: new Date(now + Math.max(pauseMs, askedMs)).toISOString(),
	};
}

/** The request for a host with these parts; undefined parts are removed. */
function withRequest<Current extends Requests>(state: Current, host: string, request: CertificateRequest): Current {
	const {[host]: _, ...others} = state.certificateRequests ?? {};
	const isEmpty = Object.keys(request).length === 0;
	if (isEmpty && state.certificateRequests === undefined) return state;
	return {...state, certificateRequests: isEmpty ? others : {...others, [host]: request}};
}

/** The state with the failure of a host, or without one after a success. */
export function withFailure<Current extends Requests>(
	state: Current,
	host: string,
	failure: IssueFailure | undefined,
): Current {
	const {failure: _, ...request} = state.certificateRequests?.[host] ?? {};
	return withRequest(state, host, failure ? {...request, failure} : request);
}

/** The state with a certificate asked for on command. */
export const withAdded = <Current extends Requests>(
	state: Current,
	host: string,
	dnsCommand: string | undefined,
): Current => withRequest(state, host, {isAdded: true, ...(dnsCommand === undefined ? {} : {dnsCommand})});

/** The state without a request for a host. */
export const withoutRequest = <Current extends Requests>(state: Current, host: string): Current =>
	withRequest(state, host, {});
