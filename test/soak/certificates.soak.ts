import {execFileSync} from 'node:child_process';
import {Agent, request} from 'node:https';
import {connect} from 'node:tls';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {changeCertificates, publish} from '../../source/router/router.ts';
import type {InstallableCertificate} from '../../source/router/served-certificates.ts';
import {makeTestAuthority} from '../certificates/make.ts';
import {installable} from '../docker/installable.ts';
import {type Lab, openLab, target} from '../docker/router-lab.ts';

const count = 1000;
const authority = makeTestAuthority();
let lab: Lab;
let certificates: readonly InstallableCertificate[];

const inside = (command: string): string =>
	execFileSync('docker', ['exec', '-u', '0', lab.router.name, 'sh', '-c', command], {encoding: 'utf8'});

/** Milliseconds that HAProxy takes to load a configuration and what it names. */
function loadMs(config: string): number {
	const text = inside(
		`read a b </proc/uptime; haproxy -c -q -f ${config} 2>/dev/null; read c d </proc/uptime; echo "$a $c"`,
	);
	const [from, to] = text.trim().split(' ').map(Number);
	return Math.round(1000 * (to! - from!));
}

const servedTo = (host: string): Promise<string> =>
	new Promise((resolve, reject) => {
		const socket = connect({port: lab.router.tlsPort, host: '127.0.0.1', servername: host, ca: authority.root}, () => {
			resolve(socket.getPeerCertificate().subjectaltname ?? '');
			socket.destroy();
		});
		socket.once('error', reject);
	});

beforeAll(async () => {
	lab = await openLab();
	// Ten kinds of certificates: who reads a thousand files does not notice that they repeat.
	const made = Array.from({length: 10}, (_, index) =>
		authority.make({names: ['*.example.com', `kind-${index}.example.org`], keyType: index % 2 === 0 ? 'ec' : 'rsa'}),
	);
	certificates = Array.from({length: count}, (_, index) =>
		installable(lab, `h${index}.example.com`, made[index % 10]!),
	);
	const {address} = await lab.startEcho('web', {3000: 'web'});
	await publish(
		lab.engine,
		lab.router,
		lab.table({
			hosts: {'h0.example.com': 'web'},
			backends: [{service: 'web', accessMode: 'public', slots: {blue: target(address)}, active: 'blue'}],
		}),
	);
});

afterAll(async () => {
	await lab?.close();
	authority.close();
});

test('1,000 certificates are loaded in less than two seconds', async () => {
	const config = '/var/lib/compartment/haproxy.cfg';
	const before = loadMs(config);
	const startedAt = performance.now();
	await changeCertificates(lab.engine, lab.router, {lineage: lab.lineage, install: certificates, remove: []});
	const installMs = Math.round(performance.now() - startedAt);
	const after = loadMs(config);
	for (const index of [0, 1, 499, 999])
		expect(await servedTo(`h${index}.example.com`)).toContain(`kind-${index % 10}.`);
	const [first] = certificates;
	const againAt = performance.now();
	await changeCertificates(lab.engine, lab.router, {lineage: lab.lineage, install: [first!], remove: []});
	const oneMs = Math.round(performance.now() - againAt);
	process.stdout.write(
		`loading: ${before} ms without, ${after} ms with ${count} certificates; all installed at once in ${installMs} ms, one among them replaced in ${oneMs} ms\n`,
	);
	expect(after - before).toBeLessThan(2000);
	expect(oneMs).toBeLessThan(5000);
});

test('open connections of 1,000 clients fit into the memory of the router', async () => {
	const memory = (): number =>
		Number(inside('cat /sys/fs/cgroup/memory.current 2>/dev/null || cat /sys/fs/cgroup/memory/memory.usage_in_bytes')) /
		2 ** 20;
	const before = memory();
	const agents = Array.from(
		{length: 1000},
		() => new Agent({keepAlive: true, maxSockets: 1, ca: authority.root, servername: 'h0.example.com'}),
	);
	const get = (agent: Agent): Promise<number | undefined> =>
		new Promise((resolve, reject) => {
			request({host: '127.0.0.1', port: lab.router.tlsPort, agent, headers: {host: 'h0.example.com'}}, response => {
				response.resume().once('end', () => resolve(response.statusCode));
			})
				.once('error', reject)
				.end();
		});
	for (let start = 0; start < agents.length; start += 50)
		expect(new Set(await Promise.all(agents.slice(start, start + 50).map(get)))).toEqual(new Set([200]));
	const after = memory();
	for (const agent of agents) agent.destroy();
	process.stdout.write(`memory: ${Math.round(before)} MB before, ${Math.round(after)} MB with 1000 connections\n`);
	// 12,000 of them, and as many again while a reload doubles them, have 1 GB.
	expect((after - before) * 12).toBeLessThan(900);
});
