import {X509Certificate} from 'node:crypto';
import {afterAll, expect, test} from 'vitest';
import {checkCertificate} from '../../source/certificates/check-certificate.ts';
import {parseHost} from '../../source/certificates/host-name.ts';
import {hintOf} from '../../source/errors.ts';
import {makeTestAuthority} from './make.ts';

const authority = makeTestAuthority();
afterAll(authority.close);

const good = authority.make({names: ['shop.example.com', '*.example.org']});
const leaf = good.chain.slice(0, good.chain.indexOf('-----BEGIN', 10));
const {root, intermediate} = authority;

type Given = {chain?: string; key?: string; host?: string; now?: number};

const check = ({chain = good.chain + root, key = good.key, host = 'shop.example.com', now = Date.now()}: Given) =>
	checkCertificate({chain, key, host, now, chainFile: 'full.pem', keyFile: 'key.pem'});

const failure = async (given: Given): Promise<string> => {
	const error: unknown = await check(given).then(
		() => new Error('accepted'),
		(reason: unknown) => reason,
	);
	const hint = hintOf(error);
	return `${(error as Error).message}${hint === undefined ? '' : ` | ${String(hint)}`}`;
};

test('what is stored: the chain in order without its root, the key alone, and what the certificate says', async () => {
	const checked = await check({chain: `comment\n${root}${intermediate}\nmore\n${leaf}`});
	expect(checked.chain).toBe(leaf + intermediate);
	expect(checked).toMatchObject({issuer: 'Test Intermediate', names: ['shop.example.com', '*.example.org']});
	expect(checked.fingerprint).toBe(new X509Certificate(leaf).fingerprint256.replaceAll(':', '').toLowerCase());
	expect(checked.key).toMatch(/^-----BEGIN PRIVATE KEY-----\n[^-]+-----END PRIVATE KEY-----\n$/);
	expect(Date.parse(checked.notAfter) - Date.parse(checked.notBefore)).toBe(90 * 24 * 60 * 60 * 1000);
});

test.each(['shop.example.com', 'any.example.org', '*.example.org'])('%s is covered', async host => {
	await expect(check({host})).resolves.toMatchObject({issuer: 'Test Intermediate'});
});

test.each(['other.example.com', 'example.org', 'a.b.example.org', '*.example.com'])('%s is not covered', async host => {
	expect(await failure({host})).toBe(
		`The certificate in full.pem is not for ${host}. | It is for shop.example.com, *.example.org.`,
	);
});

test('an RSA key in the older form is taken', async () => {
	const rsa = authority.make({names: ['shop.example.com'], keyType: 'rsa'});
	await expect(check({chain: rsa.chain + root, key: rsa.key})).resolves.toMatchObject({issuer: 'Test Intermediate'});
});

test.each<[string, () => Given, RegExp]>([
	[
		'the key of another certificate',
		() => ({key: authority.make({names: ['x.example.com']}).key}),
		/^The private key in key\.pem does not belong to a certificate in full\.pem\. \| openssl/,
	],
	[
		'a short RSA key',
		() => shortOne(),
		/^The RSA key in key\.pem has 1024 bits; browsers and the router want 2048\. \| Ask/,
	],
	['no certificate', () => ({chain: good.key}), /^full\.pem contains no certificate\. \| It must be PEM/],
	[
		'a damaged certificate',
		() => ({chain: leaf.replace(/[A-Za-z]{20}/, 'AAAAAAAAAAAAAAAAAAAA')}),
		/^Certificate 1 in full\.pem is damaged\.|does not belong/,
	],
	['no key', () => ({key: leaf}), /^key\.pem contains no private key that can be read\. \| It must be PEM/],
	[
		'an encrypted key',
		() => ({key: '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMII\n-----END ENCRYPTED PRIVATE KEY-----\n'}),
		/is protected by a passphrase\. \| .*openssl pkey -in key\.pem/,
	],
	[
		'an expired certificate',
		() => ({now: Date.now() + 91 * 24 * 60 * 60 * 1000}),
		/^The certificate in full\.pem expired on \d{4}-\d\d-\d\d\.$/,
	],
	[
		'a certificate of the future',
		() => ({now: Date.now() - 24 * 60 * 60 * 1000}),
		/is not valid before .*Z\. \| Check this machine's clock\./,
	],
	[
		'a chain without the authority between',
		() => ({chain: leaf + root}),
		/^The chain in full\.pem ends at shop\.example\.com: the certificate of Test Intermediate is missing\. \| Append it/,
	],
	[
		'a chain to an unknown root',
		() => ({chain: good.chain}),
		/ends at Test Intermediate: the certificate of Test Root is missing\. \| .*needs its root in the file too/,
	],
	[
		'a chain that the router does not take',
		() => ({chain: good.chain + root, host: 'long.example.com', ...longOne()}),
		/The chain in full\.pem and its key have \d+ bytes; the router takes 15000\./,
	],
])('%s is refused, and the message never quotes a key', async (_, given, message) => {
	const text = await failure(given());
	expect(text).toMatch(message);
	expect(text).not.toMatch(/[A-Za-z0-9+/]{40}/);
});

function shortOne(): Given {
	const made = authority.make({names: ['shop.example.com'], keyType: 'rsa-1024'});
	return {chain: made.chain + root, key: made.key};
}

function longOne(): Given {
	const names = ['long.example.com', ...Array.from({length: 500}, (_, index) => `host-${index}.example.com`)];
	const made = authority.make({names});
	return {chain: made.chain + root, key: made.key};
}

test.each([
	['Shop.Example.COM', 'shop.example.com'],
	['shop.example.com.', 'shop.example.com'],
	['*.example.com', '*.example.com'],
	['münchen.example', 'xn--mnchen-3ya.example'],
])('the host %s is %s', (given, host) => expect(parseHost(given)).toBe(host));

test.each([
	'',
	'https://shop.example.com',
	'shop.example.com:443',
	'a b',
	'*.',
	'*',
	'a.*.com',
	'-a.com',
	'a..b',
	'../x',
])('%j is no host', given => expect(() => parseHost(given)).toThrow('is not a host name'));
