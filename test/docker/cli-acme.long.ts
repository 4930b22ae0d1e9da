import {readFileSync} from 'node:fs';
import {createServer, type Server} from 'node:http';
import {join} from 'node:path';
import {connect} from 'node:tls';
import {afterAll, afterEach, beforeAll, expect, test} from 'vitest';
import {type Pebble, startPebble} from '../support/pebble.ts';
import {filesBelow, withSandbox} from './cli.ts';
import {publicService} from './cli-server.ts';

// Half of the nonces are refused, and accounts have to be bound to one that the authority knows.

const eab = {keyId: 'account-7', hmacKey: 'zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W'};
const domain = `shop-${process.pid}.example.com`;
const blocked = `blocked-${process.pid}.example.com`;
const zone = `zone-${process.pid}.example.com`;

const sandbox = withSandbox(opened => {
	opened.addService('web');
	opened.describe({services: {web: {...publicService('web'), domain}}});
});

let pebble: Pebble;

beforeAll(async () => {
	pebble = await startPebble({httpPort: sandbox.router.port, nonceReject: 50, eab, blocked: [blocked]});
	Object.assign(sandbox.env, {
		COMPARTMENT_ACME_EMAIL: 'ops@example.com',
		COMPARTMENT_ACME_DIRECTORY: pebble.directory,
		COMPARTMENT_ACME_CA: pebble.caFile,
		COMPARTMENT_ACME_KEY_ID: eab.keyId,
		COMPARTMENT_ACME_HMAC_KEY: eab.hmacKey,
	});
	pebble.setAddress(domain);
});
afterAll(() => pebble?.stop());
afterEach(() => pebble.interfere(null));

/** The name and the fingerprint that a TLS client gets, which trusts the authority alone. */
async function served(host: string): Promise<{readonly names: string; readonly fingerprint: string}> {
	const ca = await pebble.root();
	return new Promise((resolve, reject) => {
		const socket = connect({host: '127.0.0.1', port: sandbox.router.tlsPort, servername: host, ca}, () => {
			const {subjectaltname = '', fingerprint256} = socket.getPeerCertificate();
			resolve({names: subjectaltname, fingerprint: fingerprint256.replaceAll(':', '').toLowerCase()});
			socket.destroy();
		});
		socket.once('error', reject);
	});
}

type Domain = {
	readonly status: string;
	readonly certificate: {readonly fingerprint: string} | null;
	readonly failure: {
		readonly reason: string;
		readonly message: string;
		readonly attempts: number;
		readonly retryAt: string;
	} | null;
};

const show = async (host: string): Promise<Domain> =>
	JSON.parse(await sandbox.succeed(['domain', 'show', host, '--json'])).domain;

const renew = (host: string) => sandbox.run(['domain', 'renew', host, '--auto-approve']);

test('an apply gets a certificate for the domain of a service, and serves it', async () => {
	expect(await sandbox.succeed(['plan'])).toMatch(/\+ certificate\.shop-\d+\.example\.com\s+will be created/);
	const applied = await sandbox.succeed(['apply', '--auto-approve']);
	expect(applied).toContain(`https://${domain}:${sandbox.router.tlsPort}`);
	const {certificate, status} = await show(domain);
	expect(status).toBe('https');
	expect(await served(domain)).toEqual({names: `DNS:${domain}`, fingerprint: certificate!.fingerprint});
	await sandbox.expectNoChanges();
});

test('no key is in the clear: neither that of the certificate, nor of the account, nor of its binding', () => {
	// Of what the home folder has, the compiled program is none of ours.
	const files = filesBelow(join(sandbox.folder, '..')).filter(path => !path.includes('/.cache/'));
	expect(files.some(path => path.includes('/acme/'))).toBe(true);
	expect(files.filter(path => /PRIVATE KEY|zWNDZM6eQGHWpSRT/.test(readFileSync(path, 'latin1')))).toEqual([]);
});

test('a wildcard is proved in DNS by the command of the user', async () => {
	const wildcard = `*.${zone}`;
	sandbox.write({
		'dns.sh': `#!/bin/sh\necho "$@" >>dns.log\ncurl -sS --get http://127.0.0.1:$TXT_PORT/ -d action="$1" -d name="$2" -d value="$3"\n`,
	});
	const texts = new Map<string, string>();
	const records = createServer(({url}, response) => {
		const {searchParams} = new URL(url!, 'http://records');
		const [action, name, value] = ['action', 'name', 'value'].map(each => searchParams.get(each)!);
		if (action === 'present') pebble.setTxt(name!, value!);
		else pebble.setTxt(name!);
		texts.set(action!, name!);
		response.end();
	});
	await new Promise<void>(resolve => records.listen(0, '127.0.0.1', resolve));
	const {port} = records.address() as {port: number};
	try {
		await sandbox.succeed(['domain', 'add', wildcard, '--dns-command', 'sh dns.sh']);
		await sandbox.succeed(['apply', '--auto-approve'], {env: {TXT_PORT: String(port)}});
	} finally {
		records.close();
	}
	expect([...texts]).toEqual([
		['present', `_acme-challenge.${zone}`],
		['cleanup', `_acme-challenge.${zone}`],
	]);
	expect(await served(`any.${zone}`)).toMatchObject({names: `DNS:${wildcard}`});
	await sandbox.expectNoChanges();
});

/** What goes wrong, and what the state then says. */
const failures: Readonly<
	Record<string, {readonly cause: () => unknown; readonly reason: string; readonly after?: () => unknown}>
> = {
	'DNS leads elsewhere': {
		cause: () => pebble.setAddress(domain, '127.0.0.9'),
		reason: 'connection',
		after: () => pebble.setAddress(domain),
	},
	'a host without an address': {
		cause: () => pebble.dns.set(domain, 'A', []),
		reason: expect.stringMatching(/^(dns|connection)$/),
		after: () => pebble.setAddress(domain),
	},
	'a rate limit': {
		cause: () =>
			pebble.interfere(line =>
				line.includes('order')
					? {status: 429, type: 'rateLimited', detail: 'too many certificates', retryAfter: 7200}
					: undefined,
			),
		reason: 'rate-limit',
	},
	'a server that is down': {cause: () => pebble.interfere(() => 'silence'), reason: 'unreachable'},
	'a server that refuses every nonce': {
		cause: () =>
			pebble.interfere(line =>
				line.startsWith('POST') ? {status: 400, type: 'badNonce', detail: 'invalid nonce'} : undefined,
			),
		reason: 'server',
	},
	'a server in trouble': {
		cause: () =>
			pebble.interfere(line =>
				line.includes('order') ? {status: 500, type: 'serverInternal', detail: 'out of order'} : undefined,
			),
		reason: 'server',
	},
	'a server that stops taking accounts': {
		cause: () =>
			pebble.interfere(line =>
				line.startsWith('POST') ? {status: 400, type: 'accountDoesNotExist', detail: 'no such account'} : undefined,
			),
		reason: 'account',
	},
};

test.each(Object.entries(failures))(
	'%s is a named state, and the certificate stays',
	async (_, {cause, reason, after}) => {
		const before = await served(domain);
		await cause();
		try {
			const {exitCode, stdout, stderr} = await renew(domain);
			expect(exitCode).toBe(1);
			const {failure, status} = await show(domain);
			expect(failure).toMatchObject({reason});
			expect(`${stdout}${stderr}`).toContain(failure!.message);
			expect(status).toBe('https');
			expect(await served(domain)).toEqual(before);
			// An apply does not ask again before the pause is over, and serves what there is.
			const asked = pebble.asked.length;
			expect(await sandbox.succeed(['apply', '--auto-approve'])).toContain('No changes');
			expect(pebble.asked.length).toBe(asked);
		} finally {
			pebble.interfere(null);
			await after?.();
		}
	},
	90_000,
);

test('what a rate limit asks for is kept to', async () => {
	await failures['a rate limit']!.cause();
	await renew(domain);
	const {failure} = await show(domain);
	expect(Date.parse(failure!.retryAt) - Date.now()).toBeGreaterThan(7_100_000);
});

test('another server at the address is told apart', async () => {
	const other: Server = createServer((_, response) => response.end('I am another server'));
	await new Promise<void>(resolve => other.listen(sandbox.router.port, '127.0.0.9', resolve));
	pebble.setAddress(domain, '127.0.0.9');
	try {
		await renew(domain);
		expect((await show(domain)).failure).toMatchObject({reason: 'wrong-answer'});
	} finally {
		pebble.setAddress(domain);
		other.close();
	}
});

test('a host that the authority refuses, or whose DNS command fails, does not stop a deploy', async () => {
	await sandbox.succeed(['domain', 'add', blocked]);
	await sandbox.succeed(['domain', 'add', `*.${blocked}`, '--dns-command', 'echo no such zone; exit 3;']);
	const {exitCode, stdout, stderr} = await sandbox.run(['apply', '--auto-approve']);
	expect(exitCode).toBe(0);
	const text = `${stdout}${stderr}`;
	expect(text).toContain(
		`${blocked}: it has no certificate and is served with http, because the ACME server issues no certificate for this host`,
	);
	expect((await show(blocked)).failure).toMatchObject({reason: 'rejected', attempts: 1});
	expect((await show(`*.${blocked}`)).failure).toMatchObject({
		reason: expect.stringMatching(/^(rejected|dns-command)$/),
	});
	await sandbox.succeed(['domain', 'remove', blocked]);
	await sandbox.succeed(['domain', 'remove', `*.${blocked}`]);
	await sandbox.expectNoChanges();
});

test('a DNS command that fails says why', async () => {
	await sandbox.succeed(['domain', 'add', `*.no.${zone}`, '--dns-command', 'echo no such zone; exit 3;']);
	await sandbox.run(['apply', '--auto-approve']);
	expect((await show(`*.no.${zone}`)).failure).toMatchObject({
		reason: 'dns-command',
		message: `the DNS command failed: present _acme-challenge.no.${zone}: exit code 3: no such zone`,
	});
	await sandbox.succeed(['domain', 'remove', `*.no.${zone}`]);
});

test('an authority that has forgotten the account gets another one, and issues again', async () => {
	const before = await served(domain);
	await pebble.restart();
	expect(await renew(domain)).toMatchObject({exitCode: 0});
	const after = await served(domain);
	expect(after.fingerprint).not.toBe(before.fingerprint);
	expect(await show(domain)).toMatchObject({status: 'https', failure: null});
}, 90_000);

test.each(['answer', 'issue', 'store', 'install'])(
	'after a kill at certificate.after-%s the certificate stays, and the next renewal succeeds',
	async stage => {
		const before = await served(domain);
		const killed = await sandbox.run(['domain', 'renew', domain, '--auto-approve'], {
			env: {COMPARTMENT_FAILPOINT: `certificate.after-${stage}`},
		});
		expect(killed.signal).toBe('SIGKILL');
		const meanwhile = await served(domain);
		expect(meanwhile.fingerprint === before.fingerprint).toBe(stage !== 'install');
		// What was stored or installed is known to the next apply, without another order.
		const asked = pebble.asked.length;
		await sandbox.succeed(['apply', '--auto-approve']);
		expect(pebble.asked.length).toBe(asked);
		const {certificate, status} = await show(domain);
		expect([status, (await served(domain)).fingerprint]).toEqual(['https', certificate!.fingerprint]);
		await sandbox.expectNoChanges();
		expect(await renew(domain)).toMatchObject({exitCode: 0});
	},
	90_000,
);

test('a domain that no service has any more loses its certificate with the next apply', async () => {
	sandbox.describe({services: {web: publicService('web')}});
	expect(await sandbox.succeed(['plan'])).toMatch(new RegExp(`-\\s+certificate\\.${domain}`));
	await sandbox.succeed(['apply', '--auto-approve']);
	await expect(served(domain)).rejects.toThrow();
	await sandbox.expectNoChanges();
}, 90_000);
