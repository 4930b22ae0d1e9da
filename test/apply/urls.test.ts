import {expect, it} from 'vitest';
import {addressOf, mainService, parsePublicUrl, serviceUrl} from '../../source/state/urls.ts';

const settings = {routerPort: 9080, routerTlsPort: 9443, baseDomain: 'localhost'};
const state = (hosts: Readonly<Record<string, string>>, publicUrl?: string) => ({
	project: 'notes',
	environment: 'staging',
	routes: {hosts, rules: [], access: {}},
	...(publicUrl === undefined ? {} : {publicUrl}),
});
const own = {'api-notes-staging.localhost': 'api', 'notes-staging.localhost': 'web'};

it('a service is shown at its domain if it has one, whichever host sorts first', () => {
	expect(addressOf(state(own), 'web', settings)).toBe('http://notes-staging.localhost:9080');
	for (const domain of ['a.example', 'z.example'])
		expect(addressOf(state({...own, [domain]: 'web'}), 'web', settings)).toBe(`http://${domain}:9080`);
	expect(addressOf(state(own), 'worker', settings)).toBeUndefined();
	expect(addressOf({...state({}), routes: null}, 'web', settings)).toBeUndefined();
});

it('the public URL is that of the main service, before its domain', () => {
	const shop = 'https://shop.example.com';
	const given = state({...own, 'other.example': 'web'}, shop);
	expect(mainService(given)).toBe('web');
	expect(addressOf(given, 'web', settings)).toBe(shop);
	expect(addressOf(given, 'api', settings)).toBe('http://api-notes-staging.localhost:9080');
	expect(serviceUrl(given, 'other.example', settings)).toBe('http://other.example:9080');
});

it('the public URL is that of the service whose domain it names', () => {
	const given = state({...own, 'shop.example.com': 'api'}, 'https://shop.example.com:8443');
	expect(mainService(given)).toBe('api');
	expect(addressOf(given, 'api', settings)).toBe('https://shop.example.com:8443');
	expect(addressOf(given, 'web', settings)).toBe('http://notes-staging.localhost:9080');
	expect(serviceUrl(given, 'shop.example.com', settings)).toBe('https://shop.example.com:8443');
});

it('without a service that has a host, a public URL is of none', () => {
	expect(mainService({routes: null, publicUrl: 'https://a.example'})).toBeUndefined();
	expect(addressOf({...state({}, 'https://a.example'), routes: null}, 'web', settings)).toBeUndefined();
	expect(mainService(state({'api.localhost': 'api'}))).toBe('api');
});

it.each([
	['https://shop.example.com/', 'https://shop.example.com'],
	['https://SHOP.example.com:443', 'https://shop.example.com'],
	['http://10.0.0.5:8080', 'http://10.0.0.5:8080'],
])('%s is a public URL', (text, url) => {
	expect(parsePublicUrl(text)).toBe(url);
});

it.each([
	'shop.example.com',
	'ftp://shop.example.com',
	'https://me@shop.example.com',
	'https://shop.example.com/path',
	'https://shop.example.com?x',
	'https://',
	'javascript:alert(1)',
])('%s is none', text => {
	expect(() => parsePublicUrl(text)).toThrow('The public URL must be');
});
