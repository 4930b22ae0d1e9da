import {type ChildProcess, execFile, spawn} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {request} from 'node:https';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {makeTestAuthority} from '../certificates/make.ts';
import {freePort} from '../docker/router-lab.ts';
import {type Interfere, openAcmeFront} from './acme-front.ts';
import {type DnsServer, startDnsServer} from './dns-server.ts';

const image = 'compartment-test-pebble';

type Options = {
	/** Port that it asks for challenges, at the addresses that `setAddress` gives: that of the router. */
	readonly httpPort: number;
	/** Per cent of the valid nonces that it rejects. Default: 0. */
	readonly nonceReject?: number;
	/** Waits up to 15 s before it checks a challenge. */
	readonly isSlow?: boolean;
	/** Requires that accounts are bound to this one. */
	readonly eab?: {readonly keyId: string; readonly hmacKey: string};
	/** Of the certificates, in seconds. Default: 90 days. */
	readonly validitySeconds?: number;
	/** What it tells clients that wait for a check or a certificate. Default: 1. */
	readonly retryAfterSeconds?: number;
	/** Hosts that it refuses, as authorities do by their policy. */
	readonly blocked?: readonly string[];
};

/** A real certificate authority that speaks ACME, for one test file. It sees the hosts that have been given to it alone. */
export type Pebble = {
	readonly directory: string;
	/** The root to trust for the directory. It is not that of the certificates. */
	readonly caFile: string;
	/** The root of the certificates that it issues, another one after each restart. */
	readonly root: () => Promise<string>;
	/** What it resolves names with. */
	readonly dns: DnsServer;
	/** Lets a host lead to an address. Default: 127.0.0.1. */
	readonly setAddress: (host: string, address?: string) => void;
	/** Replaces the texts of a name; no text removes them. */
	readonly setTxt: (name: string, ...texts: readonly string[]) => void;
	/** The requests so far, as `POST /order-plz`. */
	readonly asked: readonly string[];
	/** Answers some requests itself, such as with a rate limit; null: none any more. */
	readonly interfere: (decide: Interfere | null) => void;
	/** Forgets accounts, orders and certificates. The directory stays. */
	readonly restart: () => Promise<void>;
	/** What it printed, restarts included. */
	readonly log: () => string;
	readonly stop: () => Promise<void>;
};

function read(url: string): Promise<string> {
	return new Promise((resolve, reject) => {
		const outgoing = request(url, {rejectUnauthorized: false}, response => {
			let body = '';
			response.setEncoding('utf8').on('data', text => {
				body += text;
			});
			response.on('end', () => resolve(body));
		});
		outgoing.on('error', reject).end();
	});
}

export async function startPebble({
	httpPort,
	nonceReject = 0,
	isSlow = false,
	eab,
	validitySeconds = 90 * 86_400,
	retryAfterSeconds = 1,
	blocked = [],
}: Options): Promise<Pebble> {
	await promisify(execFile)('bash', [join(import.meta.dirname, '../../scripts/images.sh'), image]);
	const authority = makeTestAuthority();
	const {chain, key} = authority.make({names: ['localhost']});
	const folder = mkdtempSync(join(tmpdir(), 'compartment-pebble-'));
	const caFile = join(folder, 'root.pem');
	writeFileSync(caFile, authority.root);
	authority.close();
	const [port, managementPort, tlsPort] = [await freePort(), await freePort(), await freePort()];
	const config = {
		listenAddress: `127.0.0.1:${port}`,
		managementListenAddress: `127.0.0.1:${managementPort}`,
		certificate: '/tmp/cert.pem',
		privateKey: '/tmp/key.pem',
		httpPort,
		tlsPort,
		domainBlocklist: blocked,
		retryAfter: {authz: retryAfterSeconds, order: retryAfterSeconds},
		externalAccountBindingRequired: eab !== undefined,
		externalAccountMACKeys: eab ? {[eab.keyId]: eab.hmacKey} : {},
		certificateValidityPeriod: validitySeconds,
	};
	const dns = await startDnsServer();
	const front = await openAcmeFront(port, {cert: chain, key});
	const rootUrl = `https://127.0.0.1:${managementPort}/roots/0`;
	let log = '';
	let running: {readonly child: ChildProcess; readonly ended: Promise<void>};

	const start = async () => {
		const variables = [
			`PEBBLE_WFE_NONCEREJECT=${nonceReject}`,
			...(isSlow ? [] : ['PEBBLE_VA_NOSLEEP=1']),
			// A test sees that every host is asked for.
			'PEBBLE_AUTHZREUSE=0',
		];
		const parts = ['run', '--rm', '--interactive', '--network', 'host', ...variables.flatMap(each => ['--env', each])];
		const child = spawn('docker', [...parts, image, '-dnsserver', dns.address]);
		for (const stream of [child.stdout, child.stderr])
			stream.setEncoding('utf8').on('data', (text: string) => {
				log += text;
			});
		child.on('error', ({message}) => {
			log += message;
		});
		child.stdin.on('error', () => undefined);
		for (const file of [JSON.stringify({pebble: config}), chain, key])
			child.stdin.write(`${Buffer.from(file).toString('base64')}\n`);
		running = {child, ended: new Promise(resolve => child.once('close', () => resolve()))};
		const limit = Date.now() + 30_000;
		while (!(await read(rootUrl).catch(() => ''))) {
			if (Date.now() > limit || child.exitCode !== null) throw new Error(`pebble does not start:\n${log}`);
			await new Promise(resolve => setTimeout(resolve, 50));
		}
	};
	const end = async () => {
		running.child.stdin!.end();
		await running.ended;
	};
	const stop = async () => {
		await end();
		front.close();
		dns.close();
		rmSync(folder, {recursive: true, force: true});
	};

	try {
		await start();
	} catch (error) {
		await stop();
		throw error;
	}
	return {
		directory: `https://localhost:${front.port}/dir`,
		caFile,
		root: () => read(rootUrl),
		dns,
		setAddress: (host, address = '127.0.0.1') => dns.set(host, 'A', address),
		setTxt: (name, ...texts) => dns.set(name, 'TXT', texts),
		asked: front.asked,
		interfere: front.interfere,
		async restart() {
			await end();
			await start();
		},
		log: () => log,
		stop,
	};
}
