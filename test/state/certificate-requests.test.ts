import fc from 'fast-check';
import {expect, test} from 'vitest';
import {nextFailure, withAdded, withFailure, withoutRequest} from '../../source/state/certificate-requests.ts';
import type {IssueFailure, State} from '../../source/state/state.ts';

const now = Date.parse('2026-03-29T10:00:00Z');
const minute = 60_000;

/** The pauses after failures in a row, in minutes. */
function pauses(reason: IssueFailure['reason'], count: number, retryAfterMs?: number): number[] {
	let failure: IssueFailure | undefined;
	return Array.from({length: count}, () => {
		failure = nextFailure(failure, {reason, message: 'no', retryAfterMs, now, random: 0});
		return (Date.parse(failure.retryAt) - now) / minute;
	});
}

test('a host that fails its check is tried at most four times in the first hour', () => {
	expect(pauses('connection', 8)).toEqual([5, 15, 45, 135, 405, 1215, 1440, 1440]);
});

test('a server that is down is asked again soon, a rate limit after an hour, or as long as it asks', () => {
	expect(pauses('unreachable', 8)).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
	expect(pauses('rate-limit', 3)).toEqual([60, 120, 240]);
	expect(pauses('rate-limit', 2, 30 * 60 * minute)).toEqual([1800, 1800]);
});

test('no failure stops the tries for more than a week, whatever a server asks for', () => {
	const reasons = fc.constantFrom<IssueFailure['reason'][]>('dns', 'rate-limit', 'server', 'unreachable');
	fc.assert(
		fc.property(
			reasons,
			fc.nat(50),
			fc.double({min: 0, max: 1e15, noNaN: true}),
			fc.double({min: 0, max: 1, noNaN: true}),
			(reason, attempts, retryAfterMs, random) => {
				const before = {reason, message: '', at: '', attempts, retryAt: ''};
				const {retryAt, attempts: after} = nextFailure(before, {reason, message: '', retryAfterMs, now, random});
				expect(Date.parse(retryAt) - now).toBeLessThanOrEqual(7 * 24 * 60 * minute);
				expect(Date.parse(retryAt) - now).toBeGreaterThan(0);
				expect(after).toBe(attempts + 1);
			},
		),
	);
});

test('a request keeps its command when it fails and when it succeeds, and one that is not asked for leaves nothing', () => {
	const failure = nextFailure(undefined, {reason: 'dns', message: 'no', retryAfterMs: undefined, now, random: 0});
	const host = '*.example.com';
	const nothing: Pick<State, 'certificateRequests'> = {};
	const added = withAdded(nothing, host, './dns.sh');
	expect(withFailure(added, host, failure).certificateRequests).toEqual({
		[host]: {isAdded: true, dnsCommand: './dns.sh', failure},
	});
	expect(withFailure(withFailure(added, host, failure), host, undefined)).toEqual(added);
	expect(withoutRequest(added, host)).toEqual({certificateRequests: {}});
	expect(withFailure(withFailure({}, host, failure), host, undefined)).toEqual({certificateRequests: {}});
	expect(withFailure({}, host, undefined)).toEqual({});
});
