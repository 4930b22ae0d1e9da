import {Resolver} from 'node:dns/promises';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type DnsServer, startDnsServer} from './dns-server.ts';

let server: DnsServer;
let resolver: Resolver;

beforeAll(async () => {
	server = await startDnsServer({
		records: {
			'shop.example.com': {A: ['192.0.2.1', '192.0.2.2'], AAAA: '2001:db8::1:0'},
			'www.example.com': {CNAME: 'shop.example.com'},
			'example.com': {CAA: ['0 issue "ca.example.net; validationmethods=http-01"', '128 iodef "mailto:a@b.c"']},
			'_acme-challenge.example.com': {TXT: 'a-text'},
			'broken.example.com': 'SERVFAIL',
			'silent.example.com': 'silence',
		},
	});
	resolver = new Resolver({timeout: 200, tries: 1});
	resolver.setServers([server.address]);
});
afterAll(() => server.close());

test('answers what it knows, through aliases', async () => {
	expect(await resolver.resolve4('shop.example.com')).toEqual(['192.0.2.1', '192.0.2.2']);
	expect(await resolver.resolve6('SHOP.example.com')).toEqual(['2001:db8::1:0']);
	expect(await resolver.resolve4('www.example.com')).toEqual(['192.0.2.1', '192.0.2.2']);
	expect(await resolver.resolveCname('www.example.com')).toEqual(['shop.example.com']);
	expect(await resolver.resolveCaa('example.com')).toMatchObject([
		{critical: 0, issue: 'ca.example.net; validationmethods=http-01'},
		{critical: 128, iodef: 'mailto:a@b.c'},
	]);
	expect(await resolver.resolveTxt('_acme-challenge.example.com')).toEqual([['a-text']]);
	expect(server.asked).toContain('A shop.example.com');
});

test.each([
	['unknown.example.com', 'ENOTFOUND'],
	['example.com', 'ENODATA'],
	['com', 'ENODATA'],
	['broken.example.com', 'ESERVFAIL'],
	['silent.example.com', 'ETIMEOUT'],
])('for %s it gives %s', async (host, code) => {
	await expect(resolver.resolve4(host)).rejects.toThrow(expect.objectContaining({code}));
});

test('records can be changed while it runs', async () => {
	server.set('shop.example.com', 'A', '192.0.2.9');
	expect(await resolver.resolve4('shop.example.com')).toEqual(['192.0.2.9']);
	server.fail('shop.example.com', 'REFUSED');
	await expect(resolver.resolve4('shop.example.com')).rejects.toThrow(/REFUSED/);
	server.fail('shop.example.com', null);
	server.set('shop.example.com', 'A', []);
	await expect(resolver.resolve4('shop.example.com')).rejects.toThrow(/ENODATA/);
});
