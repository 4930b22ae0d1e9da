import {describe, expect, it} from 'vitest';
import {describeFailure, failureKind} from '../../source/registries/registry-failure.ts';
import {renderHint} from '../../source/render-hint.ts';

// What engines say: Docker 20.10 to 29, measured at registries or read in the sources of moby and containerd.
describe('a text of an engine', () => {
	it.each([
		['refused', 'Head "http://127.0.0.1:5000/v2/team/app/manifests/1": no basic auth credentials'],
		['refused', 'unauthorized: authentication required'],
		['refused', 'Get "https://registry-1.docker.io/v2/": unauthorized: incorrect username or password'],
		['refused', 'login attempt to http://127.0.0.1:5077/v2/ failed with status: 401 Unauthorized'],
		[
			'refused',
			'failed to resolve reference "a.example/app:1": unexpected status from HEAD request to https://a.example/v2/app/manifests/1: 401 Unauthorized',
		],
		[
			'denied',
			"pull access denied for team/app, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
		],
		[
			'denied',
			'failed to resolve reference "docker.io/team/app:1": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
		],
		['denied', 'Head "https://ghcr.io/v2/team/app/manifests/1": denied'],
		['denied', 'unexpected status from HEAD request to https://a.example/v2/app/manifests/1: 403 Forbidden'],
		['missing', 'manifest for a.example/app:9 not found: manifest unknown: manifest unknown'],
		['missing', 'manifest unknown: manifest unknown'],
		['missing', 'failed to resolve reference "docker.io/library/nginx:nope": docker.io/library/nginx:nope: not found'],
		['limited', 'toomanyrequests: You have reached your pull rate limit.'],
		['limited', 'unexpected status from GET request to https://a.example/v2/: 429 Too Many Requests'],
		['silent', 'Get "http://127.0.0.1:5078/v2/": dial tcp 127.0.0.1:5078: connect: connection refused'],
		['silent', 'Get "https://a.invalid/v2/": dial tcp: lookup a.invalid on 10.0.0.1:53: no such host'],
		[
			'silent',
			'Get "https://a.example/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
		],
		['silent', 'Get "https://a.example/v2/": net/http: TLS handshake timeout'],
		['silent', 'Get "http://127.0.0.1:5000/v2/": EOF'],
		['untrusted', 'Get "https://a.example/v2/": x509: certificate signed by unknown authority'],
		['untrusted', 'Get "https://a.example:5000/v2/": http: server gave HTTP response to HTTPS client'],
		['broken', 'received unexpected HTTP status: 500 Internal Server Error'],
		[
			'broken',
			'failed to resolve reference "a.example/app:1": unexpected status from HEAD request to https://a.example/v2/app/manifests/1: 502 Bad Gateway',
		],
	] as const)('means %s: %s', (kind, text) => expect(failureKind(text, 'a.example/app:1')).toBe(kind));

	it.each([
		'write /var/lib/docker/tmp/GetImageBlob1: no space left on device',
		'no matching manifest for linux/arm64/v8 in the manifest list entries',
		'Head "https://a.example/v2/unauthorized/manifests/timeout": something else',
	])('is not about the registry: %s', text => expect(failureKind(text)).toBeUndefined());

	it('does not take words of the reference for its own', () => {
		const reference = 'a.example/unauthorized/x509:timeout';
		expect(failureKind(`manifest for ${reference} not found: manifest unknown`, reference)).toBe('missing');
	});
});

describe('a failure is described', () => {
	const describe = (text: string, access: Parameters<typeof describeFailure>[0]['access'] = {}) => {
		const found = describeFailure({text, host: 'ghcr.io', access, reference: 'ghcr.io/team/app:1'})!;
		return `${found.message}\n${renderHint(found.hint, {environment: 'staging'})}`;
	};
	const credentials = {username: 'octocat', password: 'hunter2'};

	it('by what was tried, without a secret', () => {
		expect(describe('unauthorized')).toBe(
			'registry ghcr.io asks for credentials, and none are stored: unauthorized\ncompartment registry login ghcr.io',
		);
		expect(describe('unauthorized', {credentials})).toBe(
			'registry ghcr.io refused the credentials of octocat: unauthorized\ncompartment registry login ghcr.io',
		);
		expect(describe('unauthorized', {credentials: {identityToken: 'hunter2'}})).toBe(
			'registry ghcr.io refused the stored token: unauthorized\ncompartment registry login ghcr.io',
		);
		expect(describe('unauthorized', {problem: 'docker-credential-pass failed'})).toBe(
			'registry ghcr.io asks for credentials, and they cannot be read: docker-credential-pass failed: unauthorized\ncompartment registry login ghcr.io',
		);
	});

	it('as what it may be, where registries do not tell', () => {
		expect(describe('denied')).toBe(
			'registry ghcr.io has no such image, or it asks for credentials, and none are stored: denied\nCheck its name. If it is private: compartment registry login ghcr.io',
		);
		expect(describe('denied', {credentials})).toBe(
			'registry ghcr.io has no such image, or the credentials of octocat do not open it: denied\nCheck its name. If it is private: compartment registry login ghcr.io',
		);
	});

	it('of a login as what was typed', () => {
		for (const text of ['unauthorized', 'denied'])
			expect(describeFailure({text, host: 'ghcr.io', access: {credentials}})).toEqual({
				message: `registry ghcr.io refused the credentials of octocat: ${text}`,
				hint: 'Check user and password. Many registries want a token in place of the password of your account.',
			});
	});

	it('with what helps', () => {
		expect(describe('toomanyrequests: slow down')).toMatch(/limits how often .*\nWait, or log in for a higher limit: /);
		expect(describe('toomanyrequests: slow down', {credentials})).toMatch(/\nWait, then try again\.$/);
		expect(describe('manifest unknown')).toMatch(/has no such image: .*\nCheck its name and its tag\.$/);
		expect(describe('connection refused')).toMatch(
			/does not answer: .*\nCheck its name, and that the engine can reach/,
		);
		expect(describe('x509: expired')).toContain('/etc/docker/certs.d/ghcr.io/ca.crt on the machine of the engine');
		expect(describe('unexpected HTTP status: 500')).toMatch(/registry ghcr\.io failed: .*\nTry again later\.$/);
		expect(describeFailure({text: 'no space left', host: 'ghcr.io', access: {}})).toBeUndefined();
	});
});
