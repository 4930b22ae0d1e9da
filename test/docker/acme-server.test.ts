import {X509Certificate} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {Agent} from 'node:https';
import {axios, Client, crypto} from 'acme-client';
import {afterAll, afterEach, beforeAll, expect, test} from 'vitest';
import {type Pebble, startPebble} from '../support/pebble.ts';
import {freePort} from './router-lab.ts';

// The authority that other tests trust, asked by the library alone.

const tokens = new Map<string, string>();
const answerer = createServer(({url}, response) => {
	response.end(tokens.get(url!.split('/').at(-1)!) ?? '');
});
const eab = {keyId: 'account-7', hmacKey: 'zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W'};
let pebble: Pebble;

beforeAll(async () => {
	const httpPort = await freePort();
	await new Promise<void>(resolve => answerer.listen(httpPort, '127.0.0.1', resolve));
	pebble = await startPebble({httpPort, nonceReject: 20, eab, validitySeconds: 3600, blocked: ['blocked.example.com']});
	axios.defaults.httpsAgent = new Agent({ca: readFileSync(pebble.caFile)});
	// The library's own handler waits and asks again, and loses the error when nobody answers.
	axios.interceptors.response.clear();
	axios.interceptors.response.use(null, error => error.response ?? Promise.reject(error));
});
afterAll(async () => {
	answerer.close();
	await pebble?.stop();
});
afterEach(() => pebble.interfere(null));

const openAccount = async (binding: typeof eab | null = eab): Promise<Client> => {
	const client = new Client({
		directoryUrl: pebble.directory,
		accountKey: await crypto.createPrivateEcdsaKey(),
		...(binding ? {externalAccountBinding: {kid: binding.keyId, hmacKey: binding.hmacKey}} : {}),
		backoffMin: 50,
		backoffMax: 200,
	});
	await client.createAccount({termsOfServiceAgreed: true, contact: ['mailto:ops@example.com']});
	return client;
};

async function issue(
	client: Client,
	names: string[],
	kind: 'http-01' | 'dns-01' = 'http-01',
): Promise<X509Certificate[]> {
	const [, csr] = await crypto.createCsr(
		{commonName: names[0]!, altNames: names},
		await crypto.createPrivateEcdsaKey(),
	);
	const chain = await client.auto({
		csr,
		challengePriority: [kind],
		skipChallengeVerification: true,
		challengeCreateFn: async ({identifier}, {token}, answer) => {
			if (kind === 'http-01') tokens.set(token, answer);
			else pebble.setTxt(`_acme-challenge.${identifier.value}`, answer);
		},
		challengeRemoveFn: async () => undefined,
	});
	return crypto.splitPemChain(chain).map(pem => new X509Certificate(pem));
}

test('it issues for hosts whose challenges it finds, with a chain to its root', async () => {
	for (const host of ['a.example.com', 'b.example.com']) pebble.setAddress(host);
	const [leaf, intermediate] = await issue(await openAccount(), ['a.example.com', 'b.example.com']);
	expect(leaf!.subjectAltName).toBe('DNS:a.example.com, DNS:b.example.com');
	expect(leaf!.validToDate.getTime() - leaf!.validFromDate.getTime()).toBeCloseTo(3_600_000, -4);
	const root = new X509Certificate(await pebble.root());
	expect([leaf!.verify(intermediate!.publicKey), intermediate!.verify(root.publicKey)]).toEqual([true, true]);
	expect(pebble.asked).toContain('POST /order-plz');
	expect(pebble.dns.asked).toContain('A a.example.com');
});

test('it issues for a wildcard whose text it finds', async () => {
	const [leaf] = await issue(await openAccount(), ['*.wild.example.com'], 'dns-01');
	expect(leaf!.subjectAltName).toBe('DNS:*.wild.example.com');
});

test('it refuses hosts without an address or with a wrong answer, and those of its policy', async () => {
	const client = await openAccount();
	await expect(issue(client, ['nowhere.example.com'])).rejects.toThrow(/nowhere\.example\.com/);
	pebble.setAddress('elsewhere.example.com', '127.0.0.2');
	await expect(issue(client, ['elsewhere.example.com'])).rejects.toThrow(/refused/);
	await expect(issue(client, ['blocked.example.com'])).rejects.toThrow(/policy|blocked/i);
});

test('it refuses accounts that are not bound as it requires', async () => {
	await expect(openAccount(null)).rejects.toThrow(/externalAccountBinding/);
	await expect(openAccount({...eab, hmacKey: 'b'.repeat(64)})).rejects.toThrow();
});

test('it can limit, and be silent', async () => {
	const client = await openAccount();
	pebble.interfere(asked =>
		asked === 'POST /order-plz' ? {status: 429, type: 'rateLimited', detail: 'too many', retryAfter: 3600} : undefined,
	);
	await expect(issue(client, ['a.example.com'])).rejects.toThrow(/too many/);
	pebble.interfere(() => 'silence');
	await expect(issue(client, ['a.example.com'])).rejects.toThrow(/hang up|ECONNRESET/);
	pebble.interfere(null);
	expect(await issue(client, ['a.example.com'])).toHaveLength(2);
});

test('it knows no account after a restart, and issues by another root', async () => {
	const client = await openAccount();
	const before = await pebble.root();
	await pebble.restart();
	await expect(issue(client, ['a.example.com'])).rejects.toThrow(/unable to find|account/i);
	expect(await pebble.root()).not.toBe(before);
	expect(await issue(await openAccount(), ['a.example.com'])).toHaveLength(2);
});
