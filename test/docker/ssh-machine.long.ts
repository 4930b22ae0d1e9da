import {execFileSync} from 'node:child_process';
import {randomInt, X509Certificate} from 'node:crypto';
import {get} from 'node:http';
import {afterAll, describe, expect, test} from 'vitest';
import {makeTestAuthority} from '../certificates/make.ts';
import {type Sandbox, useExample, withSandbox} from './cli.ts';
import {publicService} from './cli-server.ts';
import {until} from './helpers.ts';
import {sshOf} from './ssh-processes.ts';
import {withSshd} from './sshd.ts';

const sshd = withSshd();
const over = () => ({env: {PATH: sshd.env().PATH}});

describe('machine prepare', () => {
	const sandbox = withSandbox(opened => useExample(opened, 'multi-service'));
	const calls = () => sshd.exec('cat', '/tmp/calls').trim().split('\n');
	const prepare = (...args: readonly string[]) => ['machine', 'prepare', 'ssh://root@lab', ...args];

	/** A stand-in on the machine that writes down how it was called. */
	const standIn = (program: string, script = '') =>
		sshd.exec(
			'sh',
			'-c',
			`printf '%s\\n' '#!/bin/sh' 'echo "${program} $*" >>/tmp/calls' '${script}' >/usr/local/bin/${program}; chmod 755 /usr/local/bin/${program}; touch /tmp/calls`,
		);

	test('shows the commands, runs them over ssh, and finds nothing missing afterwards', async () => {
		for (const program of ['apt-get', 'service', 'usermod']) standIn(program);
		const planned = await sandbox.succeed(prepare('--dry-run'), over());
		expect(planned).toMatch(/runs Debian GNU\/Linux .*, and you are root\./);
		expect(planned).toMatch(
			/apt-get .* update\n[\s\S]*install -y .*docker\.io[\s\S]*service docker start[\s\S]*Nothing was changed\.\n$/,
		);
		const asked = await sandbox.run(prepare(), over());
		expect([asked.exitCode, asked.stderr]).toEqual([1, expect.stringContaining('ssh://root@lab --yes')]);
		expect(calls()).toEqual(['']);

		standIn('apt-get', 'case "$*" in *install*) echo "E: no such package"; exit 100;; esac');
		const failed = await sandbox.run(prepare('--yes'), over());
		expect(failed).toMatchObject({exitCode: 1});
		expect(failed.stderr).toMatch(/install .* failed on the machine with exit code 100:\nE: no such package/);
		expect(failed.stderr).toContain('compartment machine prepare ssh://root@lab --yes');
		standIn('apt-get');
		sshd.exec('sh', '-c', ': >/tmp/calls');

		expect(await sandbox.succeed(prepare('--yes'), over())).toMatch(
			/Prepared: Docker \S+ answers\.\nNext: compartment machine add web1/,
		);
		expect(calls()).toEqual([
			'apt-get -o DPkg::Lock::Timeout=120 update',
			'apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends docker.io iptables apparmor ca-certificates',
			'service docker start',
		]);
		standIn('pidof', 'echo 1');
		expect(await sandbox.succeed(prepare(), over())).toContain('Nothing is missing: Docker');
	});
});

/** The machine of these tests is a container: it reaches the engine's machine there. */
const gateway = (): string =>
	execFileSync('docker', ['network', 'inspect', 'bridge', '-f', '{{(index .IPAM.Config 0).Gateway}}'])
		.toString()
		.trim();

/** Makes environment production on the machine, whose router listens at an address. */
async function createOnMachine({succeed}: Sandbox, routerListen: string): Promise<void> {
	await succeed(['machine', 'add', 'lab', 'ssh://root@lab', '--setting', `routerListen=${routerListen}`], over());
	await succeed(['environment', 'create', 'production', '--engine', 'lab'], over());
}

describe('domain verify', () => {
	const domain = `shop.verify-${randomInt(1e9)}.example`;
	const sandbox = withSandbox(opened => {
		opened.addService('web');
		opened.describe({services: {web: {...publicService('web'), domain}}});
	});
	const authority = makeTestAuthority();
	afterAll(() => authority.close());

	const served = async (): Promise<unknown> => {
		const {stdout} = await sandbox.run(['domain', 'verify', '--dns-server', '127.0.0.1:1', '--json'], over());
		return JSON.parse(stdout).domains[0].certificate.served;
	};

	test('asks the router of a machine for its certificate through ssh', async () => {
		await createOnMachine(sandbox, gateway());
		const {chain, key} = authority.make({names: [domain]});
		sandbox.write({'full.pem': chain + authority.root, 'key.pem': key});
		await sandbox.succeed(['domain', 'add', domain, '--cert', 'full.pem', '--key', 'key.pem'], over());
		await sandbox.succeed(['deploy'], over());
		const fingerprint = new X509Certificate(chain).fingerprint256.replaceAll(':', '').toLowerCase();
		expect(await served()).toEqual({type: 'certificate', fingerprint});
		execFileSync('docker', ['stop', '--time', '1', sandbox.router.name], {stdio: 'ignore'});
		expect(await served()).toEqual({type: 'unreachable', reason: 'nothing answers at its port for TLS'});
	});
});

describe('open', () => {
	const sandbox = withSandbox(opened => useExample(opened, 'multi-service'));

	const isRunning = (pid: number): boolean => {
		try {
			return process.kill(pid, 0);
		} catch {
			return false;
		}
	};

	const ask = (url: URL): Promise<number | undefined> =>
		new Promise((resolve, reject) => {
			const options = {host: '127.0.0.1', port: url.port, path: '/healthz', headers: {host: url.host}};
			get(options, answer => resolve(answer.resume().statusCode)).on('error', reject);
		});

	test('forwards the router of a machine until it is ended, whatever ends it', async () => {
		await createOnMachine(sandbox, gateway());
		expect(await sandbox.succeed(['deploy'], over())).toContain('To open it here: compartment open');
		expect((await sandbox.run(['open'], over())).stderr).toContain('compartment open web --forward');
		for (const signal of ['SIGINT', 'SIGKILL'] as const) {
			const running = sandbox.start(['open', '--forward'], over());
			await until(() => running.stderr().includes('until ctrl-c'), 30_000);
			const [text = ''] = running.stdout().split('\n');
			const url = new URL(text);
			expect(url.hostname).toMatch(/\.localhost$/);
			expect([200, 401]).toContain(await ask(url));
			const started = sshOf(running.child.pid!);
			expect(started).toHaveLength(2);
			running.child.kill(signal);
			expect(await running.ended).toMatchObject(signal === 'SIGINT' ? {exitCode: 0} : {signal});
			// This process keeps its connection, as a browser would.
			await until(() => !started.some(({pid}) => isRunning(pid)), 10_000);
			await expect(ask(url)).rejects.toThrow('ECONNREFUSED');
		}
	});
});
