import {execFileSync} from 'node:child_process';
import {randomInt, X509Certificate} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {createServer as createSecureServer} from 'node:https';
import {type AddressInfo, createServer as createTcpServer, type Server} from 'node:net';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import type {HostFinding} from '../../source/certificates/verify/findings.ts';
import type {VerifiedHost} from '../../source/certificates/verify/judge-host.ts';
import {challengesMap} from '../../source/router/layout.ts';
import {changeCertificates, publish, readTables, withdraw} from '../../source/router/router.ts';
import {makeTestAuthority} from '../certificates/make.ts';
import {type DnsServer, startDnsServer} from '../support/dns-server.ts';
import {withSandbox} from './cli.ts';
import {publicService} from './cli-server.ts';
import {isLeftOut} from './local-engine-only.ts';

const authority = makeTestAuthority();
// Loopback addresses of this file alone: the router's, and those of other servers.
const net = `127.${randomInt(64, 250)}.${randomInt(1, 250)}`;
const at = {router: `${net}.1`, refused: `${net}.2`, other: `${net}.3`, hanging: `${net}.4`, silent: `${net}.5`};
// Other tests on this engine may serve hosts of example.com.
const zone = `verify-${randomInt(1e9)}.example`;
const domain = `shop.${zone}`;
const servers: Server[] = [];
let dns: DnsServer;

const sandbox = withSandbox(opened => {
	opened.addService('web');
	opened.describe({services: {web: {...publicService('web'), domain}}});
	opened.env['COMPARTMENT_ROUTER_PORT'] = '80';
});

const listen = (server: Server, host: string, port = 80): Promise<number> =>
	new Promise((resolve, reject) => {
		servers.push(server);
		server.once('error', reject);
		server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
	});

type Report = {
	readonly isVerified: boolean;
	readonly findings: readonly HostFinding[];
	readonly domains: readonly VerifiedHost[];
};

async function verify(...hosts: string[]): Promise<Report> {
	const outcome = await sandbox.run(['domain', 'verify', ...hosts, '--dns-server', dns.address, '--json']);
	expect(outcome.stderr).toBe('');
	const report = JSON.parse(outcome.stdout) as Report;
	expect(outcome.exitCode).toBe(report.isVerified ? 0 : 1);
	return report;
}

const findingsOf = ({findings, domains}: Report) =>
	[...findings, ...domains.flatMap(each => each.findings)].map(({question, status}) => `${question} ${status}`);

const shown = async (...hosts: string[]): Promise<string> =>
	(await sandbox.run(['domain', 'verify', ...hosts, '--dns-server', dns.address])).stdout;

const inside = (script: string): string =>
	execFileSync('docker', ['exec', '-u', '0', sandbox.router.name, 'sh', '-c', script], {encoding: 'utf8'});

beforeAll(async () => {
	dns = await startDnsServer({
		records: {
			[domain]: {A: at.router},
			[`refused.${zone}`]: {A: at.refused},
			[`other.${zone}`]: {CNAME: 'elsewhere.example.net'},
			'elsewhere.example.net': {A: at.other},
			[`redirected.${zone}`]: {A: at.other},
			[`hanging.${zone}`]: {A: at.hanging},
			[`silent.${zone}`]: {A: at.silent},
			[`mixed.${zone}`]: {A: [at.router, at.other]},
			[`six.${zone}`]: {A: at.router, AAAA: '::1'},
			[zone]: {CAA: '0 issue "ca.example.net"'},
			[`denied.${zone}`]: {A: at.router, CAA: '0 issue "other.example.org"'},
			[`broken.${zone}`]: 'SERVFAIL',
		},
	});
	const other = createServer((request, response) => {
		const isRedirected = request.headers.host === `redirected.${zone}`;
		response.writeHead(isRedirected ? 301 : 404, {
			server: 'another-proxy',
			...(isRedirected ? {location: `https://redirected.${zone}/`} : {}),
		});
		response.end('not here');
	});
	await listen(other, at.other);
	await listen(createTcpServer(), at.hanging);
	await listen(
		createTcpServer(socket => socket.end('SSH-2.0-server\r\n')).on('error', () => undefined),
		at.silent,
	);
	await sandbox.succeed(['settings', 'set', 'routerListen', at.router]);
});

afterAll(() => {
	for (const server of servers) server.close();
	dns?.close();
	authority.close();
});

test('before the first deploy, hosts can be verified, and nothing stops the deploy', async () => {
	dns.fail(domain, 'SERVFAIL');
	const report = await verify();
	expect(report.isVerified).toBe(false);
	expect(findingsOf(report)).toEqual(['port80 problem', 'dns problem']);
	expect(await shown()).toContain('compartment apply starts it.');
	await sandbox.succeed(['apply', '--auto-approve']);
	dns.fail(domain, null);
}, 120_000);

test.skipIf(isLeftOut('cli-verify: certificate'))(
	'a host that leads to this router passes, and leaves nothing behind',
	async () => {
		const report = await verify();
		expect(report).toMatchObject({
			isVerified: true,
			findings: [],
			domains: [
				{
					host: domain,
					type: 'public',
					dns: {a: [at.router], aaaa: []},
					port80: [{address: at.router, outcome: 'router'}],
					claims: [],
					caa: {status: 'restricted', name: zone, issuers: ['ca.example.net']},
					certificate: {status: 'http', served: {type: 'none'}},
					findings: [{question: 'dns', status: 'warning'}],
				},
			],
		});
		expect(await shown()).toMatch(
			new RegExp(`^${domain}\\s+${at.router}\\s+this router\\s+-\\s+ca\\.example\\.net\\s+none$`, 'm'),
		);
		expect(inside(`cat ${challengesMap}; echo 'show map ${challengesMap}' | nc 127.0.0.1 9999`).trim()).toBe('');
		await sandbox.expectNoChanges();
	},
);

test('what answers instead is told apart, each within five seconds', async () => {
	const names = ['refused', 'other', 'redirected', 'hanging', 'silent', 'mixed', 'six', 'broken', 'unknown'];
	const startedAt = performance.now();
	const report = await verify(...names.map(name => `${name}.${zone}`));
	expect(performance.now() - startedAt).toBeLessThan(15_000);
	const told = Object.fromEntries(
		report.domains.map(({host, port80, dns: answer}) => [
			host.split('.')[0],
			port80.length > 0 ? port80.map(({address: _, ...rest}) => Object.values(rest).join(' ')) : answer?.problems.a,
		]),
	);
	expect(told).toEqual({
		refused: ['refused'],
		other: ['other 404 another-proxy'],
		redirected: [`redirect https://redirected.${zone}/`],
		hanging: ['timeout'],
		silent: ['other  '],
		mixed: ['router', 'other 404 another-proxy'],
		six: ['router', expect.stringMatching(/^(?:refused|unreachable)/)],
		broken: 'ESERVFAIL',
		unknown: 'ENOTFOUND',
	});
	expect(report.domains[1]?.dns?.aliases).toEqual(['elsewhere.example.net']);
	const text = await shown(`other.${zone}`, `mixed.${zone}`, `six.${zone}`);
	expect(text).toContain('another server (1 of 2)');
	expect(text).toContain(
		`other.${zone} leads to ${at.other}, where another server answers: status 404 from another-proxy.`,
	);
	// What is known of the router's address comes from the host that leads to it.
	expect(text).toContain(`other.${zone} needs this record: other.${zone}. A ${at.router}`);
	expect(text).toContain(`Authorities prefer IPv6. Correct or remove this record: six.${zone}. AAAA ::1`);
	expect(text).toContain(`Correct or remove this record: mixed.${zone}. A ${at.other}`);
}, 60_000);

test('CAA records are compared with the names of the authority', async () => {
	const {chain, key} = authority.make({names: ['localhost']});
	const directory = createSecureServer({cert: chain, key}, (request, response) => {
		response.writeHead(request.url === '/directory' ? 200 : 500);
		response.end(JSON.stringify({newNonce: 'x', meta: {caaIdentities: ['ca.example.net']}}));
	});
	const port = await listen(directory, '127.0.0.1', 0);
	const caFile = join(sandbox.folder, '..', 'acme-root.pem');
	writeFileSync(caFile, authority.root);
	const env = (path: string, ca = caFile) => ({
		COMPARTMENT_ACME_EMAIL: 'me@example.com',
		COMPARTMENT_ACME_DIRECTORY: `https://localhost:${port}/${path}`,
		...(ca === '' ? {} : {COMPARTMENT_ACME_CA: ca}),
	});
	const args = ['domain', 'verify', domain, `denied.${zone}`, '--dns-server', dns.address];
	const outcome = await sandbox.run([...args, '--json'], {env: env('directory')});
	expect(outcome.exitCode).toBe(1);
	expect(JSON.parse(outcome.stdout)).toMatchObject({
		findings: [],
		domains: [
			{caa: {status: 'allowed'}},
			{
				caa: {status: 'denied', name: `denied.${zone}`},
				findings: expect.arrayContaining([
					{
						question: 'caa',
						status: 'problem',
						message: `The CAA records of denied.${zone} let other.example.org issue for denied.${zone}, but not ca.example.net.`,
						hint: `Add this record at your DNS provider: denied.${zone}. CAA 0 issue "ca.example.net"`,
					},
				]),
			},
		],
	});
	for (const broken of [env('nothing'), env('directory', '')]) {
		const {stdout} = await sandbox.run(args, {env: broken});
		expect(stdout).toMatch(
			/warning {2}Whether CAA records allow the authority is not known: its directory cannot be read/,
		);
		expect(stdout).toMatch(new RegExp(`^denied\\.${zone} .* other\\.example\\.org\\s+none$`, 'm'));
	}
});

test.skipIf(isLeftOut('cli-verify: certificate'))(
	'the certificate that a handshake gets is compared with the one that was installed',
	async () => {
		const {chain, key} = authority.make({names: [domain]});
		sandbox.write({'full.pem': chain + authority.root, 'key.pem': key});
		await sandbox.succeed(['domain', 'add', domain, '--cert', 'full.pem', '--key', 'key.pem']);
		expect(await shown()).toContain(`The certificate of ${domain} is not installed yet.`);
		await sandbox.succeed(['apply', '--auto-approve']);
		const fingerprint = new X509Certificate(chain).fingerprint256.replaceAll(':', '').toLowerCase();
		// Redirected to https, and still reached.
		expect(await verify()).toMatchObject({
			isVerified: true,
			domains: [
				{certificate: {status: 'https', issuer: 'Test Intermediate', served: {type: 'certificate', fingerprint}}},
			],
		});
		const another = authority.make({names: [domain]});
		const leaf = new X509Certificate(another.chain);
		await changeCertificates(sandbox.engine, sandbox.router, {
			lineage: sandbox.state().lineage,
			install: [
				{
					host: domain,
					lineage: sandbox.state().lineage,
					project: sandbox.project,
					environment: 'production',
					fingerprint: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
					notAfter: Math.floor(leaf.validToDate.getTime() / 1000),
					hstsSeconds: 0,
					pem: another.chain + another.key,
				},
			],
			remove: [],
		});
		const report = await verify();
		expect(report.isVerified).toBe(false);
		expect(await shown()).toMatch(
			/problem {2}The router serves another certificate for shop\.\S+ \(SHA-256 [0-9a-f]{16}\)/,
		);
	},
	90_000,
);

test('hosts of other environments are named with their owner', async () => {
	const [own] = await readTables(sandbox.engine, sandbox.router);
	const table = {...own!, lineage: `${own!.lineage}x`, environment: 'staging', hosts: {[`taken.${zone}`]: 'web'}};
	await publish(sandbox.engine, sandbox.router, table);
	dns.set(`taken.${zone}`, 'A', at.router);
	const text = await shown(`taken.${zone}`);
	expect(text).toMatch(new RegExp(`^taken\\.${zone} .*this router\\s+${sandbox.project} staging`, 'm'));
	expect(text).toContain(`taken.${zone} belongs to project ${sandbox.project}, environment staging.`);
	await withdraw(sandbox.engine, sandbox.router, table.lineage);
});

test('a host that this machine alone resolves is not asked about', async () => {
	const before = dns.asked.length;
	const outcome = await sandbox.run(['domain', 'verify', sandbox.host(), '--dns-server', dns.address]);
	expect(outcome).toMatchObject({exitCode: 0, stderr: ''});
	expect(outcome.stdout).toContain('resolves on this machine only');
	expect(dns.asked).toHaveLength(before);
});
