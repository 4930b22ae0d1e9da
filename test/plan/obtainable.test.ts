import {expect, test} from 'vitest';
import {abandonedHosts, isDue, obtainableCertificates, renewalTime} from '../../source/plan/obtainable.ts';
import type {CertificateRecord, State} from '../../source/state/state.ts';
import {newState} from '../../source/state/store.ts';

const day = 24 * 3_600_000;
const start = Date.parse('2026-01-01T00:00:00Z');

const recordOf = (source: CertificateRecord['source'], fingerprint = 'a'): CertificateRecord => ({
	source,
	chain: '',
	ciphertext: '',
	issuer: 'E7',
	names: [],
	notBefore: new Date(start).toISOString(),
	notAfter: new Date(start + 90 * day).toISOString(),
	fingerprint,
	updatedAt: '',
});

const stateOf = (patch: Partial<State>): State => ({
	...newState({project: 'shop', environment: 'production'}),
	...patch,
});

const routed = {
	'web.shop.localhost': 'web',
	'shop.example.com': 'web',
	'www.example.com': 'web',
	'app.localhost': 'web',
};

const obtained = (patch: Partial<State>, isAcmeOn = true) =>
	obtainableCertificates({state: stateOf(patch), routed, baseDomain: 'localhost', isAcmeOn});

test('every domain is asked for; hosts below the base domain and local names are not', () => {
	expect(obtained({})).toEqual([
		{host: 'shop.example.com', source: 'acme'},
		{host: 'www.example.com', source: 'acme'},
	]);
	expect(obtained({}, false)).toEqual([]);
});

test('a domain directly below the base domain is asked for too', () => {
	const hosts = {'shop.example.com': 'web', 'www.example.com': 'web'};
	const question = {state: stateOf({}), routed: hosts, baseDomain: 'example.com', isAcmeOn: true};
	expect(obtainableCertificates(question)).toEqual([{host: 'www.example.com', source: 'acme'}]);
});

test('files go before the ACME server, and a wildcard, or a request for one, serves the hosts below it', () => {
	expect(obtained({certificates: {'shop.example.com': recordOf('file')}})).toEqual([
		{host: 'www.example.com', source: 'acme'},
	]);
	expect(obtained({certificates: {'*.example.com': recordOf('file')}})).toEqual([]);
	const certificateRequests = {'*.example.com': {isAdded: true, dnsCommand: './dns.sh'}};
	const wildcard = {host: '*.example.com', source: 'acme', dnsCommand: './dns.sh'};
	expect(obtained({certificateRequests})).toEqual([wildcard]);
	expect(obtained({certificateRequests, certificates: {'*.example.com': recordOf('acme')}})).toEqual([wildcard]);
});

test('what the local authority issued is issued by it again, with or without an ACME server', () => {
	const certificates = {'app.localhost': recordOf('local')};
	expect(obtained({certificates}, false)).toEqual([{host: 'app.localhost', source: 'local'}]);
});

test('only a certificate of the ACME server is abandoned when nothing asks for it', () => {
	const certificates = {
		'old.example.com': recordOf('acme'),
		'added.example.com': recordOf('acme'),
		'shop.example.com': recordOf('acme'),
		'files.example.com': recordOf('file'),
	};
	const state = stateOf({certificates, certificateRequests: {'added.example.com': {isAdded: true}}});
	expect(abandonedHosts({state, routed, baseDomain: 'localhost', isAcmeOn: false})).toEqual(['old.example.com']);
});

test('a certificate is renewed when a third of its life is left, within three days, each at its own time', () => {
	const hosts = Array.from({length: 50}, (_, index) => `host-${index}.example.com`);
	const certificates = Object.fromEntries(hosts.map(host => [host, recordOf('acme', host)]));
	const times = hosts.map(host => (renewalTime(stateOf({certificates}), host) - start) / day);
	expect(Math.min(...times)).toBeGreaterThanOrEqual(60);
	expect(Math.max(...times)).toBeLessThanOrEqual(63);
	expect(new Set(times).size).toBe(50);
	// Whoever applies meanwhile renews it too.
	expect(hosts.every(host => isDue(stateOf({certificates}), host, start + 63 * day))).toBe(true);
	expect(hosts.some(host => isDue(stateOf({certificates}), host, start + 59 * day))).toBe(false);
});

test('after a failure it is not renewed before the pause is over', () => {
	const host = 'shop.example.com';
	const retryAt = new Date(start + 70 * day).toISOString();
	const failure = {reason: 'dns', message: '', at: '', attempts: 1, retryAt} as const;
	const certificateRequests = {[host]: {failure}};
	expect(renewalTime(stateOf({certificateRequests}), host)).toBe(start + 70 * day);
	expect(renewalTime(stateOf({certificates: {[host]: recordOf('acme')}, certificateRequests}), host)).toBe(
		start + 70 * day,
	);
});
