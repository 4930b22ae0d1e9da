import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, expect, inject, test} from 'vitest';
import {openTerminal} from '../terminal/terminal.ts';
import {useExample, withSandbox} from './cli.ts';
import {until} from './helpers.ts';
import {isLeft, sshOf} from './ssh-processes.ts';
import {withSshd} from './sshd.ts';

const sshd = withSshd();
const sandbox = withSandbox(opened => useExample(opened, 'multi-service'));

const ctrlC = '\u0003';

/** Runs the built command line in a terminal, with the engine of the other machine. */
const open = (args: readonly string[], user?: string) =>
	openTerminal(process.execPath, [inject('cli'), ...args], {
		columns: 140,
		rows: 40,
		cwd: sandbox.folder,
		env: {...sandbox.env, ...sshd.env(user), CI: undefined, TERM: undefined},
	});

afterEach(() => {
	sshd.know('right');
	sshd.configure([]);
});

test('ssh asks whether to trust a new host, and the command goes on', async () => {
	sshd.know('none');
	using terminal = open(['plan']);
	await terminal.waitFor(/ED25519 key fingerprint is SHA256:\S+[\s\S]*\(yes\/no\/\[fingerprint\]\)\?/);
	terminal.press('yes\r');
	expect(await terminal.ended).toMatchObject({exitCode: 0});
	expect(terminal.scrollback()).toMatch(/Permanently added[\s\S]*Plan: 7 to create/);
	expect(readFileSync(join(sshd.folder, 'known_hosts'), 'utf8')).toContain('ssh-ed25519');
});

test('a host that is not trusted is an error with ssh’s message', async () => {
	sshd.know('none');
	using terminal = open(['plan']);
	await terminal.waitFor('(yes/no/[fingerprint])?');
	terminal.press('no\r');
	expect(await terminal.ended).toMatchObject({exitCode: 1});
	expect(terminal.scrollback()).toMatch(
		// The terminal may break the line anywhere.
		/Error: .*ssh:\/\/root@lab is unreachable: ssh: Host key verification failed\s*\./,
	);
});

test('ssh asks for a password before the first frame of the dashboard, and a second time after a wrong one', async () => {
	sshd.configure([], {hasKey: false});
	using terminal = open([], 'deploy');
	await terminal.waitFor("deploy@127.0.0.1's password:");
	expect(terminal.isAlternateScreen()).toBe(false);
	terminal.press('wrong\r');
	// ssh writes the message and its next question to two streams, so either may be shown first.
	await terminal.waitFor(/Permission denied, please try again\./);
	await terminal.waitFor(/password:[\s\S]*password:/);
	terminal.press(`${sshd.password}\r`);
	await terminal.waitFor('production', 20_000);
	expect(terminal.isAlternateScreen()).toBe(true);
	const found = sshOf(terminal.pid);
	expect(found).toHaveLength(1);
	terminal.press('q');
	expect(await terminal.ended).toMatchObject({exitCode: 0});
	expect(terminal.written()).not.toContain(sshd.password);
	await until(() => !found.some(isLeft));
});

test('the dashboard shows environments on several engines, and goes on when one is lost', async () => {
	const env = {PATH: sshd.env().PATH};
	await sandbox.succeed(['machine', 'add', 'lab', 'ssh://root@lab'], {env});
	await sandbox.succeed(['environment', 'create', 'production', '--engine', 'lab'], {env});
	await sandbox.succeed(['environment', 'create', 'staging'], {env});
	try {
		using terminal = openTerminal(process.execPath, [inject('cli')], {
			columns: 140,
			rows: 40,
			cwd: sandbox.folder,
			env: {...sandbox.env, ...env, CI: undefined, TERM: undefined},
		});
		await terminal.waitFor(/production[\s\S]*staging/, 20_000);
		await terminal.waitFor(/ssh:\/\/root@lab, Docker /);
		const [ssh] = sshOf(terminal.pid);
		await sshd.cut(6000);
		await terminal.waitFor('ssh://root@lab does not answer, Docker ', 20_000);
		await terminal.waitFor(/ssh:\/\/root@lab, Docker /, 30_000);
		expect(sshOf(terminal.pid)[0]!.pid).not.toBe(ssh!.pid);
		terminal.press('q');
		expect(await terminal.ended).toMatchObject({exitCode: 0});
	} finally {
		for (const name of ['production', 'staging'])
			await sandbox.succeed(['environment', 'delete', name, '--auto-approve'], {env});
	}
});

test('ctrl-c at ssh’s question cancels the command and leaves the terminal as it was', async () => {
	sshd.configure([], {hasKey: false});
	using terminal = open(['plan'], 'deploy');
	await terminal.waitFor("deploy@127.0.0.1's password:");
	const found = sshOf(terminal.pid);
	terminal.press(ctrlC);
	expect(await terminal.ended).toMatchObject({exitCode: 130});
	expect(terminal.scrollback()).toMatch(/Cancelled\./);
	await until(() => !found.some(isLeft));
});

test('ctrl-c during an apply does not cut the connection: running steps finish', async () => {
	// Never ready, so that the apply is still running when it is cancelled.
	sandbox.write({'services/web/server.js': "setInterval(() => console.log('not listening'), 200);\n"});
	using terminal = open(['apply', '--auto-approve', '--plain']);
	await terminal.waitFor(/service\.web .*healthz/, 60_000);
	const [ssh] = sshOf(terminal.pid);
	terminal.press(ctrlC);
	await terminal.waitFor('Finishing running steps.');
	expect(sshOf(terminal.pid)).toEqual([ssh]);
	terminal.press(ctrlC);
	expect(await terminal.ended).toMatchObject({exitCode: 130});
	expect(terminal.scrollback()).not.toContain('unreachable');
	await until(() => !isLeft(ssh!));
});
