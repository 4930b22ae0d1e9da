import {expect, test} from 'vitest';
import {retryAfterOf} from '../../source/certificates/acme-transport.ts';
import {isAccountGone, isBadNonce, issueError} from '../../source/certificates/issue-error.ts';

const type = (kind: string): string => `urn:ietf:params:acme:error:${kind}`;
const host = 'shop.example.com';

test.each([
	['dns', 'dns'],
	['connection', 'connection'],
	['tls', 'connection'],
	['unauthorized', 'wrong-answer'],
	['incorrectResponse', 'wrong-answer'],
	['caa', 'caa'],
	['rejectedIdentifier', 'rejected'],
	['rateLimited', 'rate-limit'],
	['accountDoesNotExist', 'account'],
	['externalAccountRequired', 'account'],
	['serverInternal', 'server'],
	['somethingNew', 'server'],
])('a problem of type %s means %s, and quotes what the server says', (kind, reason) => {
	const error = issueError({type: type(kind), detail: 'because of this'}, {host});
	expect(error.reason).toBe(reason);
	expect(error.message).toMatch(/: because of this$/);
});

test('an answer without a problem document is named by its status, and a 429 is a rate limit whatever it contains', () => {
	expect(issueError({}, {status: 404}).message).toBe('the ACME server failed: HTTP 404');
	expect(issueError({type: type('malformed')}, {status: 429, retryAfterMs: 7000})).toMatchObject({
		reason: 'rate-limit',
		retryAfterMs: 7000,
	});
});

test('what a server says is one line without control characters, and not longer than 500', () => {
	const {message} = issueError({type: type('dns'), detail: `a\u001B[31mred\u0007\r\nline${'x'.repeat(1000)}`}, {host});
	expect(message).toMatch(/^DNS does not answer as the ACME server needs it: ared line/);
	expect(message).not.toMatch(/\p{C}/u);
	expect(message.length).toBeLessThan(600);
});

test('only a refused nonce is repeated by the library, and only a refused account is registered again', () => {
	expect(isBadNonce({type: type('badNonce')})).toBe(true);
	expect(isBadNonce({type: type('dns')})).toBe(false);
	expect(isAccountGone(issueError({type: type('accountDoesNotExist')}, {}))).toBe(true);
	expect(isAccountGone(issueError({type: type('dns')}, {}))).toBe(false);
});

test.each([
	['120', 120_000],
	['Sun, 29 Mar 2026 10:05:00 GMT', 300_000],
	['Sun, 29 Mar 2026 09:00:00 GMT', undefined],
	['soon', undefined],
	['0', undefined],
	[undefined, undefined],
])('Retry-After: %s is %s ms', (header, expected) => {
	expect(retryAfterOf(header, Date.parse('2026-03-29T10:00:00Z'))).toBe(expected);
});
