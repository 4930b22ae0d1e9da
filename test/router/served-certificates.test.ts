import {expect, test} from 'vitest';
import {
	assertInstallable,
	fileOf,
	type InstallableCertificate,
	renderCommands,
	renderLists,
	successesOf,
} from '../../source/router/served-certificates.ts';

const certificate = (host: string, parts: Partial<InstallableCertificate> = {}): InstallableCertificate => ({
	host,
	lineage: 'shop',
	project: 'shop',
	environment: 'production',
	fingerprint: 'a'.repeat(64),
	notAfter: 2_000_000_000,
	hstsSeconds: 0,
	pem: 'CHAIN AND KEY\n',
	...parts,
});

const shop = certificate('shop.example.com');
const wildcard = certificate('*.example.com', {hstsSeconds: 60});

test('the lists name each certificate with its host alone; a wildcard is found by the domain above', () => {
	expect(renderLists([shop, wildcard])).toEqual({
		list: [
			'/var/lib/compartment/certificates/shop.example.com.pem shop.example.com',
			'/var/lib/compartment/certificates/_.example.com.pem *.example.com',
			'',
		].join('\n'),
		'hosts.map': 'shop.example.com 2000000000/0\n',
		'zones.map': 'example.com 2000000000/60\n',
	});
	expect(renderLists([])).toEqual({list: '', 'hosts.map': '', 'zones.map': ''});
	expect(fileOf(wildcard)).not.toBe(fileOf(certificate('example.com')));
});

test('a new certificate is listed, a replaced one only committed, and a removed one is taken from the map first', () => {
	const changes = {added: [shop], replaced: [wildcard], removed: [certificate('old.example.com')]};
	expect(renderCommands(changes).replaceAll('/var/lib/compartment/certificates/', '')).toBe(
		[
			'prompt',
			'new ssl cert shop.example.com.pem',
			'set ssl cert shop.example.com.pem <<',
			'CHAIN AND KEY',
			'',
			'commit ssl cert shop.example.com.pem',
			'del ssl crt-list list shop.example.com.pem',
			'add ssl crt-list list <<',
			'shop.example.com.pem shop.example.com',
			'',
			'del map hosts.map shop.example.com',
			'add map hosts.map shop.example.com 2000000000/0',
			'set ssl cert _.example.com.pem <<',
			'CHAIN AND KEY',
			'',
			'commit ssl cert _.example.com.pem',
			'del map zones.map example.com',
			'add map zones.map example.com 2000000000/60',
			'del map hosts.map old.example.com',
			'del ssl crt-list list old.example.com.pem',
			'del ssl cert old.example.com.pem',
			'quit',
			'',
		].join('\n'),
	);
	expect(successesOf(changes)).toBe(3);
});

test.each<[string, Partial<InstallableCertificate>]>([
	['a host with a line break', {host: 'a.example.com\nquit'}],
	['a host with a slash', {host: '../a'}],
	['a wildcard inside', {host: 'a.*.example.com'}],
	['a host that is too long for a file', {host: `${'a'.repeat(60)}.`.repeat(4).slice(0, -1)}],
	['a lineage with a space', {lineage: 'a b'}],
	['a fingerprint that is none', {fingerprint: 'x'}],
	['a time that is none', {notAfter: Number.NaN}],
	['a negative time', {hstsSeconds: -1}],
])('%s never gets into the router', (_, parts) => {
	expect(() => assertInstallable({...shop, ...parts})).toThrow();
	expect(() => assertInstallable(shop)).not.toThrow();
});
