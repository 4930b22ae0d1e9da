import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {makeTestAuthority} from '../certificates/make.ts';
import {startDnsServer} from '../support/dns-server.ts';
import {leavesNothingUntested} from './proofs.ts';
import {descriptor, images, openShop, type Shop} from './shop.ts';

vi.mock(import('node:timers/promises'), async original =>
	(await import('../apply/short-pauses.ts')).shortenPauses(original),
);

const authority = makeTestAuthority();
afterAll(authority.close);

let shop: Shop;
beforeEach(async () => {
	shop = await openShop();
	await shop.deploy();
});
afterEach(() => shop.close());

/** Writes the files of a certificate into the project, and returns the flags that name them. */
function files(names: readonly string[], days?: number): string[] {
	const {chain, key} = authority.make({names, ...(days === undefined ? {} : {days})});
	writeFileSync(join(shop.folder, 'full.pem'), chain + authority.root);
	writeFileSync(join(shop.folder, 'key.pem'), key);
	return ['--cert', join(shop.folder, 'full.pem'), '--key', join(shop.folder, 'key.pem')];
}

const undated = (text: string): string =>
	text.replaceAll(/\d{4}-\d\d-\d\d(?!T)/g, 'DAY').replaceAll(/[0-9a-f]{16}(?=")|\b[0-9a-f]{16}\b/g, 'FINGERPRINT');

/** The plan without its line breaks. */
const planned = async (): Promise<string> => (await shop.run('plan')).stdout.replaceAll(/\s+/g, ' ');

const host = 'shop.localhost';

describe('a taken port for https', () => {
	const name = 'compartment-router';
	const router = async () => (await shop.world.engine.inspectContainer(name))!;

	/** Runs another container on this port. */
	const takePort = (port: number): Promise<string> =>
		shop.world.engine.run({
			name: 'portainer',
			image: images.good,
			labels: {},
			env: {},
			attachments: [],
			publish: {80: {host: '127.0.0.1', port}},
			restart: {policy: 'no'},
		});

	/** Removes the router, and takes its port for https. */
	async function takeItsPort(): Promise<string> {
		await shop.world.engine.remove((await router()).id);
		return takePort(9443);
	}

	it('only keeps an environment with a certificate from being deployed', async () => {
		const portainer = await takeItsPort();
		expect(await planned()).toContain(
			"Warning: the router's port 9443 for https is taken by container portainer: it serves http only. For certificates stop container portainer, or choose another port: compartment settings set routerTlsPort 9444",
		);
		expect(await shop.text('apply', '--auto-approve')).toContain('taken by container portainer');
		expect((await router()).publishedPorts).toEqual(['127.0.0.1:9080']);
		expect(await shop.text('plan')).toContain('No changes');
		expect((await shop.json('doctor')).checks).toContainEqual(
			expect.objectContaining({name: 'router', status: 'warning', message: expect.stringContaining('without https')}),
		);

		await shop.text('domain', 'add', host, ...files([host]));
		expect(await planned()).toContain("the router's port 9443 is taken by container portainer");
		expect(await shop.run('apply', '--auto-approve')).toMatchObject({exitCode: 1});
		await shop.world.engine.remove(portainer);
		expect(await planned()).toContain(
			'router will be replaced, old one stopped first: it listens on 127.0.0.1:9080 instead of 127.0.0.1:9080, 127.0.0.1:9443',
		);
		await shop.text('apply', '--auto-approve');
		expect(await shop.text('plan')).toContain('No changes');
		expect(await shop.text('status')).toContain(`https://${host}:9443`);
	});

	it('needs another one for a certificate, which is published then', async () => {
		await takeItsPort();
		await shop.text('apply', '--auto-approve');
		await shop.text('domain', 'add', host, ...files([host]));
		await shop.text('settings', 'set', 'routerTlsPort', '9444');
		await shop.text('apply', '--auto-approve');
		expect((await router()).publishedPorts).toEqual(['127.0.0.1:9080', '127.0.0.1:9444']);
		expect(await shop.text('plan')).toContain('No changes');
		expect(await shop.text('status')).toContain(`https://${host}:9444`);
	});

	it('blocks a deploy if it was chosen', async () => {
		await takePort(9442);
		await shop.text('settings', 'set', 'routerTlsPort', '9442');
		expect(await planned()).toContain("! router the router's port 9442 is taken by container portainer");
	});

	it('does not keep a router from starting that had it before', async () => {
		await shop.world.engine.stop((await router()).id, 0);
		await takePort(9443);
		expect(await planned()).toContain('taken by container portainer: it serves http only');
		await shop.text('apply', '--auto-approve');
		expect(await router()).toMatchObject({state: 'running', publishedPorts: ['127.0.0.1:9080']});
		expect(await shop.text('plan')).toContain('No changes');
	});
});

describe('a certificate from files', () => {
	it('is stored, planned, installed, and then the host is shown with https', async () => {
		expect(undated(await shop.text('domain', 'add', host, ...files([host])))).toBe(
			`Stored a certificate for ${host}: issued by Test Intermediate, valid until DAY.\nIt takes effect with the next compartment apply\n`,
		);
		expect(await shop.text('status')).toContain(`http://${host}:9080`);
		expect(undated(await shop.text('domain', 'list'))).toMatchInlineSnapshot(`
			"HOST            SERVICE  STATUS              ISSUER             EXPIRES
			shop.localhost  web      waits for an apply  Test Intermediate  DAY
			"
		`);
		const plan = undated(await shop.text('plan'));
		expect(plan.slice(0, plan.indexOf('Plan:'))).toMatchInlineSnapshot(`
			"compartment plan · shop › production
			Brings production in line with compartment.yml.

			  + create

			  + certificate.shop.localhost  will be created: a certificate was stored for
			                                this host
			      expires      "DAY"
			      fingerprint  HASH____________
			      hsts         "0s"
			      issuer       "Test Intermediate"
			      names        "shop.localhost"

			13 unchanged
			"
		`);
		const applied = await shop.text('apply', '--auto-approve');
		expect(applied).toContain(`https://${host}:9443`);
		expect(await shop.text('plan')).toContain('No changes');
		expect(await shop.text('status')).toContain(`https://${host}:9443`);
		expect(await shop.text('open')).toContain(`https://${host}:9443`);
		expect(await shop.text('access', 'show')).toMatch(new RegExp(`https://compartment:\\S+@${host}:9443/`));
		expect((await shop.json('environment', 'show')).urls[host]).toBe(`https://${host}:9443`);
		expect((await shop.json('domain', 'list')).domains).toMatchObject([
			{host, service: 'web', status: 'https', url: `https://${host}:9443`, certificate: {issuer: 'Test Intermediate'}},
		]);
	});

	it('replaces the one before, which serves until the apply', async () => {
		await shop.text('domain', 'add', host, ...files([host]));
		await shop.text('apply', '--auto-approve');
		await shop.text('domain', 'add', host, ...files([host]));
		expect((await shop.json('domain', 'show', host)).domain).toMatchObject({
			status: 'waiting',
			url: `https://${host}:9443`,
		});
		expect(await planned()).toContain(
			`~ certificate.${host} will be updated in place: another certificate was stored for this host`,
		);
		await shop.text('apply', '--auto-approve');
		expect((await shop.json('domain', 'show', host)).domain).toMatchObject({status: 'https'});
	});

	it('is removed from the router by the apply after domain remove', async () => {
		await shop.text('domain', 'add', host, ...files([host]));
		await shop.text('apply', '--auto-approve');
		expect(await shop.text('domain', 'remove', host)).toBe(
			`Removed the certificate of ${host}.\nThe router keeps it until the next compartment apply\n`,
		);
		expect(await shop.text('plan')).toContain(`- certificate.${host}`);
		await shop.text('apply', '--auto-approve');
		expect(await shop.text('plan')).toContain('No changes');
		expect(JSON.parse(shop.world.router.certificates)).toEqual([]);
		expect(await shop.text('status')).toContain(`http://${host}:9080`);
	});

	it('is installed again when the router lost it, and with another setting', async () => {
		await shop.text('domain', 'add', host, ...files([host]));
		await shop.text('apply', '--auto-approve');
		shop.world.router.certificates = '';
		expect(await planned()).toContain(`+ certificate.${host} will be created: the router lost it`);
		await shop.text('apply', '--auto-approve');
		await shop.text('settings', 'set', 'hstsSeconds', '3600');
		expect(await planned()).toContain(`~ certificate.${host} will be updated in place: hstsSeconds changed`);
		await shop.text('apply', '--auto-approve');
		expect(JSON.parse(shop.world.router.certificates)).toMatchObject([{host, hstsSeconds: 3600}]);
	});

	it('that the router refuses fails alone', async () => {
		const bad = 'bad.example.com';
		await shop.text('domain', 'add', host, ...files([host]));
		await shop.text('domain', 'add', bad, ...files([bad]));
		shop.world.router.refused.add(bad);
		const {stdout, stderr, exitCode} = await shop.run('apply', '--auto-approve');
		expect(exitCode).toBe(1);
		expect(`${stdout}${stderr}`).toContain(`HAProxy rejected the certificate of ${bad}.`);
		expect(`${stdout}${stderr}`).toContain(`compartment domain add ${bad}`);
		expect(JSON.parse(shop.world.router.certificates)).toMatchObject([{host}]);
		const plan = await planned();
		expect(plan).toContain(`+ certificate.${bad} will be created`);
		expect(plan).not.toContain(`certificate.${host}`);
		expect(await shop.text('status')).toContain(`https://${host}:9443`);
	});

	it('of another environment blocks the plan', async () => {
		await shop.text('domain', 'add', host, ...files([host]));
		const blog = {lineage: 'other', project: 'blog', environment: 'staging', accessHash: null};
		shop.world.router.tables.set('other', {...blog, hosts: {}, rules: [], backends: []});
		shop.world.router.certificates = JSON.stringify([
			{
				host,
				lineage: 'other',
				project: 'blog',
				environment: 'staging',
				fingerprint: 'a'.repeat(64),
				notAfter: 1,
				hstsSeconds: 0,
			},
		]);
		const stdout = await planned();
		expect(stdout).toContain(`the router has a certificate for ${host} of project blog, environment staging`);
		expect(stdout).toContain(`compartment domain remove ${host}`);
		// What is left of an environment that is gone blocks nothing.
		shop.world.router.tables.delete('other');
		expect(await planned()).toContain(`+ certificate.${host}`);
	});

	it('that an earlier life of the environment left is installed anew, and removed by a destroy', async () => {
		await shop.text('domain', 'add', host, ...files([host]));
		await shop.text('apply', '--auto-approve');
		const {engine, router} = shop.world;
		router.tables.clear();
		router.servers.clear();
		await engine.leave((await engine.inspectContainer('compartment-router'))!.id, 'compartment-shop.production');
		expect(await planned()).toContain(`+ certificate.${host} will be created: the router lost it`);
		expect(await shop.text('plan', '--destroy')).toContain(`- certificate.${host}`);
	});

	it('goes with the environment', async () => {
		await shop.text('domain', 'add', host, ...files([host]));
		await shop.text('apply', '--auto-approve');
		expect(await shop.text('plan', '--destroy')).toContain(`- certificate.${host}`);
	});

	it('may be for a wildcard, which its hosts use', async () => {
		await shop.text('domain', 'add', '*.localhost', ...files(['*.localhost']));
		await shop.text('apply', '--auto-approve');
		expect((await shop.json('domain', 'show', host)).domain).toMatchObject({
			status: 'https',
			certificateHost: '*.localhost',
		});
		expect(await shop.text('status')).toContain(`https://${host}:9443`);
	});

	it('warns when it has to be renewed, and for a host that no service has', async () => {
		const added = await shop.run('domain', 'add', 'shop.example.com', ...files(['shop.example.com'], 1));
		expect(added.stderr).toBe(
			'Warning: No service has the host shop.example.com yet: set it as domain of a service in compartment.yml.\n',
		);
		vi.useFakeTimers({now: Date.now() + 20 * 60 * 60 * 1000, toFake: ['Date']});
		try {
			expect(undated(await planned())).toContain(
				'the certificate of shop.example.com expires on DAY: compartment domain add shop.example.com --cert FILE --key FILE',
			);
			expect((await shop.json('domain', 'show', 'shop.example.com')).domain).toMatchObject({status: 'waiting'});
			expect((await shop.json('status')).warnings).toEqual([
				expect.stringMatching(/^the certificate of shop\.example\.com expires on .* --key FILE$/),
			]);
			vi.setSystemTime(Date.now() + 20 * 60 * 60 * 1000);
			expect(undated(await shop.text('domain', 'list'))).toMatch(
				/shop\.example\.com\s+-\s+expired\s+Test Intermediate\s+DAY/,
			);
		} finally {
			vi.useRealTimers();
		}
	});
});

describe('the local authority', () => {
	it('issues for local hosts, and tells how to trust it', async () => {
		expect(undated(await shop.text('domain', 'add', host))).toMatch(
			/^Stored a certificate for shop\.localhost: issued by Compartment local authority \S+, valid until DAY\.\nBrowsers accept it once they trust the local authority: compartment domain trust\nIt takes effect/,
		);
		await shop.text('apply', '--auto-approve');
		expect(await shop.text('status')).toContain(`https://${host}:9443`);
		const text = await shop.text('domain', 'trust');
		for (const word of [
			'Local authority, valid until',
			'update-ca-certificates',
			'security add-trusted-cert',
			'Firefox',
		])
			expect(text).toContain(word);
	});

	it('never asks browsers to insist on https', async () => {
		await shop.text('settings', 'set', 'hstsSeconds', '3600');
		await shop.text('domain', 'add', host);
		await shop.text('apply', '--auto-approve');
		expect(JSON.parse(shop.world.router.certificates)).toMatchObject([{host, hstsSeconds: 0}]);
	});

	it('is described as JSON', async () => {
		const {isNew, steps, certificate} = await shop.json('domain', 'trust');
		expect({isNew, systems: steps.length > 4}).toEqual({isNew: true, systems: true});
		expect(certificate).toMatch(/authority\/certificate\.pem$/);
	});
});

describe('verify', () => {
	it('asks DNS about the hosts of the state and of compartment.yml, and says what to do', async () => {
		const dns = await startDnsServer({records: {'example.com': {CAA: '0 issue "ca.example.net"'}}});
		try {
			shop.write('compartment.yml', descriptor.replace('kind: web,', 'kind: web, domain: New.example.com,'));
			const {stdout, stderr, exitCode} = await shop.run('domain', 'verify', '--dns-server', dns.address);
			expect({stderr, exitCode}).toEqual({stderr: '', exitCode: 1});
			expect(stdout.replace(/make th.*/, 'make RECORDS')).toMatchInlineSnapshot(`
				"HOST             DNS           PORT 80  ALSO CLAIMED BY  CAA             CERTIFICATE
				new.example.com  no such name  -        -                ca.example.net  none

				problem  new.example.com does not exist in DNS.
				         At your DNS provider, make RECORDS
				"
			`);
			const ran = await shop.run('domain', 'verify', 'other.example.com', '--dns-server', dns.address, '--json');
			expect(ran.exitCode).toBe(1);
			expect(JSON.parse(ran.stdout)).toMatchObject({
				environment: {name: 'production'},
				isVerified: false,
				findings: [],
				domains: [
					{
						host: 'other.example.com',
						dns: {a: [], problems: {a: 'ENOTFOUND'}},
						port80: [],
						claims: [],
						caa: {status: 'restricted', name: 'example.com', issuers: ['ca.example.net']},
						certificate: {status: 'http', issuer: null},
						findings: [
							{question: 'dns', status: 'problem', message: 'other.example.com does not exist in DNS.'},
							{question: 'claims', status: 'warning', message: 'No service has the host other.example.com yet.'},
						],
					},
				],
			});
		} finally {
			dns.close();
		}
	});

	it('asks nothing about hosts that this machine alone resolves', async () => {
		expect(await shop.json('domain', 'verify')).toMatchObject({isVerified: true, domains: []});
		expect(await shop.text('domain', 'verify')).toBe(
			'Nothing to verify: the hosts of this environment resolve on this machine only.\n',
		);
		const text = await shop.text('domain', 'verify', host);
		expect(text).toMatch(/shop\.localhost\s+resolves on this machine only\s+-\s+-\s+-\s+none/);
		expect(text).toContain('1 host: no problem found.');
	});

	it('works before the first deploy, when it is needed most', async () => {
		const fresh = await openShop();
		const dns = await startDnsServer();
		try {
			fresh.write('compartment.yml', descriptor.replace('kind: web,', 'kind: web, domain: new.example.com,'));
			const {stdout, exitCode} = await fresh.run('domain', 'verify', '--dns-server', dns.address);
			expect(exitCode).toBe(1);
			expect(stdout).toContain('The router compartment-router does not run');
			expect(stdout).toContain('new.example.com does not exist in DNS.');
		} finally {
			dns.close();
			fresh.close();
		}
	});

	it('names hosts of other environments', async () => {
		const dns = await startDnsServer();
		try {
			const blog = {lineage: 'other', project: 'blog', environment: 'staging', accessHash: null};
			const table = {...blog, hosts: {'taken.example.com': 'web'}, rules: [], backends: []};
			shop.world.router.tables.set('other', table);
			const {stdout} = await shop.run('domain', 'verify', 'taken.example.com', '--dns-server', dns.address);
			expect(stdout).toContain('problem  taken.example.com belongs to project blog, environment staging.');
		} finally {
			dns.close();
		}
	});
});

describe('a certificate of the ACME server', () => {
	const domain = 'shop.example.com';
	// Nothing listens there: what a real server does is tested in test/docker/.
	const directory = 'https://127.0.0.1:1/dir';

	beforeEach(async () => {
		shop.write('compartment.yml', descriptor.replace('kind: web,', `kind: web, domain: ${domain},`));
		await shop.text('settings', 'set', 'acme.directory', directory);
		await shop.text('settings', 'set', 'acme.email', 'ops@example.com');
	});

	it('is planned for the domain of a service; without one the deploy goes on, says why, and tries again later', async () => {
		expect(await planned()).toContain(`+ certificate.${domain} will be created: a service has this domain`);
		const {stdout, stderr, exitCode} = await shop.run('apply', '--auto-approve');
		expect(exitCode).toBe(0);
		expect(`${stdout}${stderr}`).toContain(
			`${domain}: it has no certificate and is served with http, because the ACME server cannot be reached: 127.0.0.1:1: connect ECONNREFUSED`,
		);
		expect(await shop.text('status')).toContain(`http://${domain}:9080`);
		expect((await shop.json('domain', 'show', domain)).domain).toMatchObject({
			status: 'failed',
			certificate: null,
			failure: {reason: 'unreachable', attempts: 1},
		});
		expect(await shop.text('domain', 'list')).toContain(`or now: compartment domain renew ${domain}`);
		const {stdout: plan, stderr: warnings} = await shop.run('plan');
		expect(plan).toContain('No changes');
		expect(`${plan}${warnings}`.replaceAll(/\s+/g, ' ')).toContain(`compartment domain renew ${domain}`);
	});

	it('is asked for again on command, which fails when the server does', async () => {
		await shop.run('apply', '--auto-approve');
		const {stdout, stderr, exitCode} = await shop.run('domain', 'renew', domain, '--auto-approve');
		expect(exitCode).toBe(1);
		expect(`${stdout}${stderr}`).toContain(`certificate.${domain}  failed after`);
		expect((await shop.json('domain', 'show', domain)).domain).toMatchObject({failure: {attempts: 2}});
	});

	it('for a wildcard needs a command for DNS, and domain remove withdraws the request', async () => {
		const wildcard = '*.example.com';
		expect(await shop.failure('domain', 'add', wildcard)).toContain('--dns-command ./change-dns.sh');
		expect(await shop.text('domain', 'add', wildcard, '--dns-command', './dns.sh')).toBe(
			`${wildcard} gets a certificate from 127.0.0.1:1.\nIt takes effect with the next compartment apply\n`,
		);
		const plan = await planned();
		expect(plan).toContain(`+ certificate.${wildcard} will be created: asked for with domain add`);
		expect(plan).toContain('challenge "dns-01"');
		expect(plan).not.toContain(`certificate.${domain}`);
		await shop.text('domain', 'remove', wildcard);
		expect(await planned()).toContain(`+ certificate.${domain}`);
	});

	it('never takes the place of files', async () => {
		await shop.text('domain', 'add', domain, ...files([domain]));
		expect(await planned()).toContain(
			`+ certificate.${domain} will be created: a certificate was stored for this host`,
		);
		expect(await shop.failure('domain', 'add', domain)).toContain(`compartment domain remove ${domain}`);
		expect(await shop.failure('domain', 'renew', domain)).toContain('was given as files');
	});
});

describe('domain renew', () => {
	it('gets a new certificate from the local authority, and installs it', async () => {
		await shop.text('domain', 'add', host);
		await shop.text('apply', '--auto-approve');
		const before = (await shop.json('domain', 'show', host)).domain;
		expect(await shop.text('domain', 'renew')).toBe('No certificate is due.\n');
		expect((await shop.json('domain', 'renew')).renewed).toEqual([]);
		expect(await shop.text('domain', 'renew', host, '--auto-approve')).toContain(`certificate.${host}  done`);
		const after = (await shop.json('domain', 'show', host)).domain;
		expect(after).toMatchObject({status: 'https', certificate: {source: 'local'}});
		expect(after.certificate.fingerprint).not.toBe(before.certificate.fingerprint);
		expect(JSON.parse(shop.world.router.certificates)).toMatchObject([
			{host, fingerprint: after.certificate.fingerprint},
		]);
	});

	it.each([
		['nowhere.example.com', 'The settings name no ACME server.'],
		['not a host', '"not a host" is not a host name.'],
	])('refuses %s', async (name, message) => {
		expect(await shop.failure('domain', 'renew', name)).toContain(message);
	});
});

describe('JSON and errors', () => {
	it('show what was stored, and never a key', async () => {
		const added = await shop.json('domain', 'add', host, ...files([host]));
		expect(added).toMatchObject({
			environment: {name: 'production'},
			domains: [{host, status: 'waiting'}],
			warnings: [],
		});
		const shown = await shop.text('state', 'show', `certificate.${host}`);
		expect(shown).toContain('issuer: Test Intermediate');
		expect(shown).not.toContain('ciphertext');
		expect(await shop.json('domain', 'remove', host)).toMatchObject({host});
	});

	it.each([
		[
			['add', 'shop.example.com'],
			'A certificate for shop.example.com has to come from files, or from an ACME server.\n  compartment domain add shop.example.com --cert FILE --key FILE, or name a server: compartment settings set acme.directory URL and compartment settings set acme.email ADDRESS',
		],
		[['add', host, '--cert', 'x.pem'], '--cert needs --key.'],
		[['add', host, '--key', 'x.pem'], '--key needs --cert.'],
		[['add', host, '--cert', 'absent.pem', '--key', 'absent.pem'], 'absent.pem: there is no such file'],
		[['add', 'http://x'], '"http://x" is not a host name.'],
		[
			['show', 'shp.localhost'],
			'shp.localhost is not a host of this environment, did you mean shop.localhost?\n  compartment domain list',
		],
		[
			['remove', host],
			'No certificate is stored for shop.localhost in environment production.\n  compartment domain list',
		],
		[['verify', '--env', 'nope'], 'environment nope of shop has not been deployed yet'],
		[['verify', 'http://x'], '"http://x" is not a host name.'],
		[
			['verify', 'shop.example.com', '--dns-server', 'one.one.one.one'],
			'"one.one.one.one" is not the address of a DNS server.\n  Write it as 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53.',
		],
		[['list', '--env', 'nope'], 'environment nope of shop has not been deployed yet'],
	])('domain %j fails', async (words, message) => {
		expect(await shop.failure('domain', ...words)).toContain(message);
	});

	it('show one host as text', async () => {
		expect(await shop.text('domain', 'show', host)).toContain(
			`host: ${host}\nservice: web\nurl: http://${host}:9080\nstatus: http\n`,
		);
	});

	it('a damaged authority is named', async () => {
		const {certificate} = await shop.json('domain', 'trust');
		writeFileSync(certificate, 'damaged', {mode: 0o600});
		expect(await shop.failure('domain', 'trust')).toContain('is damaged');
	});
});

leavesNothingUntested('domains');
