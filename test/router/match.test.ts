import {describe, expect, test} from 'vitest';
import {UserError} from '../../source/errors.ts';
import {matchRequest} from '../../source/router/match.ts';
import {shop} from './fixtures.ts';

/** Summarises the match of `GET /x`: service, upstream path, index of the rule, access. */
const route = (request: string, host = 'shop.localhost'): string => {
	const [method = '', path = ''] = request.split(' ');
	const match = matchRequest(shop, method, host, path);
	if (match.result !== 'service') return match.result;
	return [match.service, match.upstreamPath, match.ruleIndex ?? '-', match.access].join(' ');
};

describe('a request (docs/rules.md, "First match")', () => {
	test.each([
		['GET /health', 'api /ready 4 password', 'an exact path'],
		['GET /health/', 'web /health/ - public', 'a trailing slash matters'],
		['GET /Health', 'web /Health - public', 'case matters'],
		['GET /v1', 'api /v2 1 password', 'the bare prefix'],
		['GET /v1/x', 'api /v2/x 1 password', 'below the prefix'],
		['GET /v1x', 'web /v1x - public', 'a prefix ends at a segment'],
		['GET /plain/deep', 'open /plain/deep 8 public', 'the first match wins, not the longest'],
		['POST /hooks/x', 'open /hooks/x 6 public', 'the method matches before the path'],
		['post /hooks/x', 'open /hooks/x 6 public', 'the case of a method does not matter'],
		['GET /hooks/x', 'api /hooks/x 7 password', 'the next rule with the same path'],
		['HEAD /hooks/x', 'web /hooks/x - public', 'GET does not imply HEAD'],
		['GET /else?a=/api/x', 'web /else?a=/api/x - public', 'the query is not part of the path'],
	])('%s → %s (%s)', (request, expected) => {
		expect(route(request)).toBe(expected);
	});

	test('is routed once: the rules of the target service do not apply', () => {
		expect(route("GET /it's%20$HOME/x", 'open-shop.localhost')).toBe("web /100%25,'(x)/x 11 public");
		expect(route('GET /health', 'admin-shop.localhost')).toBe('open /health 10 password');
	});
});

describe('a path (docs/rules.md, "Rewritten paths")', () => {
	test.each([
		['GET /plain/users?x=1', 'open /plain/users?x=1 8 public', 'none'],
		['GET /plain', 'open /plain 8 public', 'none, bare'],
		['GET /api/users?x=1', 'api /users?x=1 0 password', 'stripPrefix'],
		['GET /api', 'api / 0 password', 'stripPrefix, bare'],
		['GET /api?x=1', 'api /?x=1 0 password', 'stripPrefix, bare with a query'],
		['GET /api/', 'api / 0 password', 'stripPrefix, slash'],
		['GET /api/api', 'api /api 0 password', 'stripPrefix, once'],
		['GET /v1/users?x=1', 'api /v2/users?x=1 1 password', 'replacePrefix'],
		['GET /v1', 'api /v2 1 password', 'replacePrefix, bare'],
		['GET /root/users?x=1', 'api /users?x=1 2 password', 'replacePrefix: /'],
		['GET /root', 'api / 2 password', 'replacePrefix: /, bare'],
		['GET /slash/users', 'api /v3/users 3 password', 'no // from a replacement that ends in a slash'],
		['GET /all/users?x=1', 'api /one?x=1 5 password', 'rewrite on a prefix'],
		['GET /all', 'api /one 5 password', 'rewrite, bare'],
		['GET /health?x=1', 'api /ready?x=1 4 password', 'rewrite on an exact path'],
	])('%s → %s (%s)', (request, expected) => {
		expect(route(request)).toBe(expected);
	});
});

test('a password is needed if the source or the target needs one', () => {
	expect(route('GET /')).toContain('public');
	expect(route('GET /', 'admin-shop.localhost')).toContain('password');
	expect(route('GET /api')).toContain('password');
	expect(route('GET /plain')).toContain('public');
});

test('a host matches in any case and with any port; other hosts have no service', () => {
	expect(route('GET /x', 'SHOP.localhost:9080')).toBe('web /x - public');
	expect(route('GET /x', 'www.example.org')).toBe('web /x - public');
	expect(route('GET /x', 'shop.localhost.evil')).toBe('no-host');
	expect(route('GET /x', 'toString')).toBe('no-host');
});

test('an ambiguous path is rejected before the host is looked up', () => {
	expect(route('GET /api/../admin')).toBe('ambiguous');
	expect(route('GET //x', 'nowhere')).toBe('ambiguous');
	expect(route('OPTIONS *')).toBe('ambiguous');
	expect(route('GET /x?y=/../%00')).toBe('web /x?y=/../%00 - public');
});

test('a rule with an invalid path is a UserError', () => {
	const table = {...shop, rules: [{on: 'web', path: '/a b', to: 'api'}]};
	expect(() => matchRequest(table, 'GET', 'shop.localhost', '/')).toThrow(UserError);
	expect(() => matchRequest(table, 'GET', 'shop.localhost', '/')).toThrow('invalid path "/a b" (rule web → api)');
});
