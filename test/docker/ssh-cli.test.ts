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
		expect(outcome, outcome.stdout + outcome.stderr).toMatchObject({exitCode: 0, stderr: ''});
		expect(seen.size).toBe(1);
		await until(() => ![...seen.values()].some(isLeft));
		for (const service of names) expect((await sandbox.ask('/', {service})).body).toBe(`${service} v1`);
	});
});
