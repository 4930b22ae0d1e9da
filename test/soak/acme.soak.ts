import {Agent, request} from 'node:https';
import {setTimeout as pause} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {makeTestAuthority} from '../certificates/make.ts';
import {withAgent} from '../docker/agent-lab.ts';
import {withSandbox} from '../docker/cli.ts';
import {until} from '../docker/helpers.ts';
import {type Pebble, startPebble} from '../support/pebble.ts';

const count = 20;
const clients = 12;
/** The agent renews each after 80 to 84 s. */
const validitySeconds = 120;
const loadMs = 300_000;

const names = Array.from({length: count}, (_, index) => `s${index}`);
const hostOf = (name: string): string => `${name}-${process.pid}.example.com`;
const hosts = names.map(hostOf);
const program = "require('node:http').createServer((_, r) => r.end(process.env.COMPARTMENT_SERVICE_NAME)).listen(3000)";

const sandbox = withSandbox(opened => {
	opened.describe({
		services: Object.fromEntries(
			names.map(name => [
				name,
				{
					image: 'node:24-slim',
					run: {command: `node -e "${program}"`},
					port: 3000,
					accessMode: 'public',
					domain: hostOf(name),
				},
			]),
		),
	});
});

const own = makeTestAuthority();
let pebble: Pebble;
let root: string;

beforeAll(async () => {
	pebble = await startPebble({httpPort: sandbox.router.port, nonceReject: 50, validitySeconds});
	root = await pebble.root();
	for (const host of hosts) pebble.setAddress(host);
	Object.assign(sandbox.env, {
		COMPARTMENT_ACME_EMAIL: 'ops@example.com',
		COMPARTMENT_ACME_DIRECTORY: pebble.directory,
		COMPARTMENT_ACME_CA: pebble.caFile,
	});
}, 120_000);
afterAll(async () => {
	await pebble?.stop();
	own.close();
});

/** What a client gets from a host: the service that answers, and the certificate's fingerprint. Fails for an invalid one. */
const ask = (host: string, agent: Agent): Promise<{readonly body: string; readonly fingerprint: string}> =>
	new Promise((resolve, reject) => {
		const lookup = (_: string, options: object, done: (error: null, address: unknown, family?: number) => void) =>
			'all' in options && options.all ? done(null, [{address: '127.0.0.1', family: 4}]) : done(null, '127.0.0.1', 4);
		const sent = request({host, port: sandbox.router.tlsPort, path: '/', agent, lookup} as object, response => {
			const {fingerprint256} = (response.socket as import('node:tls').TLSSocket).getPeerCertificate();
			let body = '';
			response.setEncoding('utf8').on('data', text => {
				body += text;
			});
			response.on('end', () =>
				response.statusCode === 200
					? resolve({body, fingerprint: fingerprint256})
					: reject(new Error(`${response.statusCode} ${body}`)),
			);
		});
		sent.on('error', reject).end();
	});

test('20 hosts get certificates with one apply', async () => {
	await sandbox.succeed(['apply', '--auto-approve'], {limitMs: 180_000});
	const {domains} = JSON.parse(await sandbox.succeed(['domain', 'list', '--json']));
	const secured = domains.filter(({status}: {status: string}) => status === 'https' || status === 'due');
	expect(secured.map(({host}: {host: string}) => host)).toEqual(hosts.toSorted());
}, 200_000);

describe('with an agent', () => {
	const agent = withAgent(sandbox, () => ({}), 20 * 60_000);

	test('all are renewed by the agent again and again, one is renewed and one replaced by hand, and 12 clients lose nothing', async () => {
		const losses: string[] = [];
		const seen = new Map(hosts.map(host => [host, new Set<string>()]));
		let sent = 0;
		let isRunning = true;
		const client = async (index: number): Promise<void> => {
			// A client closes a connection before the router does, after 8 s without a request.
			const kept = new Agent({keepAlive: true, maxSockets: 1, timeout: 5000, ca: [root, own.root]});
			// A resumed session would show the certificate that it began with.
			const fresh = new Agent({keepAlive: false, maxCachedSessions: 0, ca: [root, own.root]});
			for (let turn = 0; isRunning; turn++) {
				const host = hosts[(index + turn) % count]!;
				try {
					// Most on connections that stay; now and then another one, which sees the newest certificate.
					const {body, fingerprint} = await ask(host, turn % 50 < count ? fresh : kept);
					sent++;
					seen.get(host)!.add(fingerprint);
					if (hostOf(body) !== host) losses.push(`${host} was answered by ${body}`);
				} catch (error) {
					losses.push(`${new Date().toISOString()} ${host}: ${String(error)}`);
				}
				await pause(5);
			}
			kept.destroy();
			fresh.destroy();
		};
		const load = Array.from({length: clients}, (_, index) => client(index));
		const [first, second] = [hosts[0]!, hosts[1]!];
		try {
			await pause(loadMs / 3);
			await until(async () => (await sandbox.run(['domain', 'renew', first, '--auto-approve'])).exitCode === 0, 60_000);
			const {chain, key} = own.make({names: [second]});
			sandbox.write({'full.pem': chain + own.root, 'key.pem': key});
			await sandbox.succeed([
				'domain',
				'add',
				second,
				'--cert',
				'full.pem',
				'--key',
				'key.pem',
				'--lock-timeout',
				'60s',
			]);
			await sandbox.succeed(['apply', '--auto-approve', '--lock-timeout', '60s']);
			await pause((2 * loadMs) / 3);
		} finally {
			isRunning = false;
			await Promise.all(load);
		}
		const renewed = [...seen].map(([host, fingerprints]) => [host, fingerprints.size] as const);
		console.log(
			`${sent} requests of ${clients} clients, ${losses.length} lost; certificates seen by host: ${renewed.map(([, each]) => each).join(' ')}`,
		);
		expect(losses).toEqual([]);
		// That from files is not renewed.
		for (const [host, certificates] of renewed)
			expect(certificates, host).toBeGreaterThanOrEqual(host === second ? 2 : 4);
		expect(agent.problems()).toEqual([]);
		await agent.stop();
		const files = await sandbox.engine.inspectContainer(sandbox.router.name);
		expect(files?.restartCount ?? 0).toBe(0);
	}, 600_000);
});
