import {execFileSync} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {useExample, withSandbox} from './cli.ts';
import {publicService} from './cli-server.ts';
import {until} from './helpers.ts';
import {isLeft, sshOf} from './ssh-processes.ts';
import {withSshd} from './sshd.ts';

const sshd = withSshd();

describe('a project on another machine', () => {
	const sandbox = withSandbox(opened => useExample(opened, 'multi-service'));
	const over = () => ({env: sshd.env()});

	test('is planned, built, deployed, read and destroyed over ssh', async () => {
		expect(await sandbox.succeed(['plan'], over())).toContain('Plan: 7 to create');
		await sandbox.succeed(['deploy'], over());
		expect((await sandbox.ask('/healthz')).status).toBe(200);
		expect(await sandbox.succeed(['plan'], over())).toMatch(/^No changes\./m);
		expect(
			await sandbox.succeed(['exec', 'web', '--', 'sh', '-c', 'echo from $COMPARTMENT_SERVICE_NAME'], over()),
		).toBe('from web\n');
		expect(await sandbox.succeed(['logs', 'web', '--tail', '5', '--plain'], over())).toContain(
			'listening on port 3000',
		);
		expect(JSON.parse(await sandbox.succeed(['status', '--json'], over()))).toMatchObject({
			services: expect.arrayContaining([expect.objectContaining({name: 'web', health: 'healthy'})]),
		});
		expect(await sandbox.succeed(['doctor'], over())).toContain('at ssh://root@lab');
		await sandbox.succeed(['destroy', '--auto-approve'], over());
		expect((await sandbox.observe()).containers).toEqual([]);
	});

	test('is found through a docker context', async () => {
		const {PATH} = sshd.env();
		const env = {PATH, DOCKER_CONFIG: join(sandbox.folder, 'docker')};
		execFileSync('docker', ['context', 'create', 'lab', '--docker', `host=${sshd.address()}`], {env, stdio: 'ignore'});
		expect(await sandbox.succeed(['plan', '--remote', 'lab'], {env})).toContain('production');
		writeFileSync(join(env.DOCKER_CONFIG, 'config.json'), JSON.stringify({currentContext: 'lab'}));
		expect(await sandbox.succeed(['doctor'], {env})).toContain('at ssh://root@lab');
		expect(await sandbox.succeed(['doctor', '--remote', 'ssh://deploy@lab'], {env})).toContain('at ssh://deploy@lab');
	});
});

describe('a machine', () => {
	const sandbox = withSandbox(opened => useExample(opened, 'multi-service'));
	// Nothing but the settings says where the engine is.
	const env = () => ({env: {PATH: sshd.env().PATH}});

	test('is added, checked, and found by every command of its environment', async () => {
		expect(await sandbox.succeed(['machine', 'add', 'lab', 'ssh://deploy@lab'], env())).toMatch(/^Added lab: Docker /);
		const {checks} = JSON.parse((await sandbox.run(['machine', 'doctor', 'lab', '--json'], env())).stdout) as {
			checks: readonly {readonly name: string; readonly status: string; readonly message: string}[];
		};
		const found = Object.fromEntries(checks.map(({name, message}) => [name, message]));
		expect(found).toMatchObject({
			engine: expect.stringContaining('at ssh://deploy@lab'),
			user: expect.stringMatching(/^deploy/),
			disk: expect.stringMatching(/^[\d.]+ GB of [\d.]+ GB free$/),
			ports: expect.stringMatching(/^\d+ and \d+ are free$/),
			firewall: expect.stringMatching(/^the kernel forwards packets/),
			listen: expect.stringContaining('127.0.0.1'),
		});
		expect(checks.filter(({status}) => status === 'problem')).toEqual([]);
		await sandbox.succeed(['environment', 'create', 'production', '--engine', 'lab'], env());
		const elsewhere = {env: {...env().env, DOCKER_HOST: 'unix:///nowhere.sock'}};
		await sandbox.succeed(['deploy'], elsewhere);
		expect(await sandbox.succeed(['plan'], elsewhere)).toMatch(/^No changes\./m);
		expect(await sandbox.succeed(['exec', 'web', '--', 'echo', 'found'], elsewhere)).toBe('found\n');
		const {exitCode, stderr} = await sandbox.run(['plan', '--env', 'staging'], elsewhere);
		expect([exitCode, stderr]).toEqual([1, expect.stringContaining('unix:///nowhere.sock is unreachable')]);
		await sandbox.succeed(['environment', 'delete', 'production', '--auto-approve'], elsewhere);
		await sandbox.succeed(['machine', 'remove', 'lab'], elsewhere);
	});

	test('whose ports are taken, and that its user may not use, is reported with what mends it', async () => {
		const settings = ['--setting', 'routerPort=22', '--setting', 'routerTlsPort=23'];
		await sandbox.succeed(['machine', 'add', 'lab', 'ssh://root@lab', ...settings], env());
		// Variables would override the settings of the machine.
		const unset = {COMPARTMENT_ROUTER_PORT: '', COMPARTMENT_ROUTER_TLS_PORT: ''};
		const outcome = await sandbox.run(['machine', 'doctor', 'lab'], {env: {...env().env, ...unset}});
		expect(outcome.exitCode).toBe(1);
		expect(outcome.stdout).toMatch(
			/problem +ports +something listens on 22, which the router needs\n +Find and stop it there: sudo ss/,
		);
		const guest = await sandbox.run(['machine', 'add', 'guest', 'ssh://guest@lab'], env());
		expect(guest).toMatchObject({
			exitCode: 1,
			stderr: expect.stringMatching(/user guest of lab may not use[\s\S]*usermod -aG/),
		});
	});
});

describe('twenty services', () => {
	const names = Array.from({length: 20}, (_, index) => `s${index + 1}`);
	const sandbox = withSandbox(opened => {
		for (const name of names) opened.addService(name);
		opened.describe({services: Object.fromEntries(names.map(name => [name, publicService(name)]))});
	});

	test('are deployed at once through one ssh, which ends with the command', async () => {
		const running = sandbox.start(['deploy'], {env: sshd.env()});
		const seen = new Map<number, ReturnType<typeof sshOf>[number]>();
		const looking = setInterval(() => {
			for (const ssh of sshOf(running.child.pid!)) seen.set(ssh.pid, ssh);
		}, 200);
		const outcome = await running.ended;
		clearInterval(looking);
		expect(outcome, outcome.stdout + outcome.stderr).toMatchObject({exitCode: 0});
		expect(seen.size).toBe(1);
		await until(() => ![...seen.values()].some(isLeft));
		for (const service of names) expect((await sandbox.ask('/', {service})).body).toBe(`${service} v1`);
	});
});
