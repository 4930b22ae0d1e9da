import {spawn} from 'node:child_process';
import {chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {createRemoteShell} from '../../source/engine/ssh/remote-shell.ts';
import {type PrepareFacts, parsePrepareFacts, readPrepareFacts} from '../../source/report/prepare-facts.ts';
import {planPreparation} from '../../source/report/prepare-plan.ts';
import {temporaryDirectory} from '../state/fixtures.ts';

const fresh: PrepareFacts = {
	system: 'debian',
	version: '12',
	title: 'Debian GNU/Linux 12 (bookworm)',
	user: 'deploy',
	groups: ['deploy', 'sudo'],
	root: 'sudo',
	docker: undefined,
	isRunning: false,
	isEnabled: false,
};

const linesOf = (facts: Partial<PrepareFacts>): string =>
	planPreparation({...fresh, ...facts})
		.map(({line}) => line)
		.join('\n');

describe('the commands that prepare a machine', () => {
	it('use sudo on Debian', () => {
		expect(linesOf({})).toMatchInlineSnapshot(`
			"sudo -n env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 update
			sudo -n env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends docker.io iptables apparmor ca-certificates
			sudo -n systemctl enable --now docker
			sudo -n usermod -aG docker deploy"
		`);
	});

	it('need no group and no sudo for root on Ubuntu', () => {
		const root = {user: 'root', groups: ['root'], root: 'is'} as const;
		expect(linesOf({...root, system: 'ubuntu', version: '24.04'})).toMatchInlineSnapshot(`
			"env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 update
			env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends docker.io iptables apparmor ca-certificates
			systemctl enable --now docker"
		`);
	});

	it('are those that are missing', () => {
		const running = {docker: 'docker-ce', isRunning: true, isEnabled: true};
		expect(linesOf(running)).toBe('sudo -n usermod -aG docker deploy');
		expect(linesOf({...running, groups: ['docker']})).toBe('');
		// Nobody has to become root for nothing.
		expect(linesOf({...running, groups: ['docker'], root: 'no'})).toBe('');
		expect(linesOf({...running, isEnabled: false, groups: ['docker']})).toBe('sudo -n systemctl enable --now docker');
		expect(linesOf({docker: 'docker.io', isEnabled: undefined, groups: ['docker']})).toBe(
			'sudo -n service docker start',
		);
		// Installed by hand.
		expect(linesOf({isRunning: true, isEnabled: undefined, groups: ['docker']})).toBe('');
	});

	it('each say why', () => {
		expect(planPreparation(fresh).map(({reason}) => reason)).toEqual([
			'reads which packages the system has',
			'installs the Docker that the system brings, and what it needs',
			'starts it, now and with the machine',
			'lets deploy use it; who is in this group can become root on the machine',
		]);
	});

	it.each([
		[
			{system: 'fedora', title: 'Fedora Linux 40'},
			'The machine runs Fedora Linux 40; Docker can be installed on Debian',
		],
		[{system: '', title: 'an unknown system'}, 'runs an unknown system'],
		[{version: '10', title: 'Debian 10'}, 'Debian 10, whose Docker is too old: debian 11 or newer'],
		[{system: 'ubuntu', version: '18.04', title: 'Ubuntu 18.04'}, 'ubuntu 20.04 or newer'],
		[{root: 'no'}, 'deploy cannot become root on the machine without a password'],
		[{user: 'a; reboot'}, 'does not say who its user is'],
	] as const)('refuse %j', (facts, message) => {
		expect(() => planPreparation({...fresh, ...facts})).toThrow(message);
	});

	it('are in the hint for somebody who has to run them alone', () => {
		expect(() => planPreparation({...fresh, root: 'no'})).toThrow(
			expect.objectContaining({
				hint: expect.stringMatching(/run this there as root:\n {2}env .*\n[\s\S]*\n {2}usermod -aG docker deploy$/),
			}),
		);
	});

	it('are known for a release without a number', () => {
		expect(linesOf({version: ''})).toContain('docker.io');
	});
});

it('what a machine says is read, and nothing else', () => {
	const output = `Welcome!
== system
PRETTY_NAME="Ubuntu 24.04.1 LTS"
ID=ubuntu
VERSION_ID="24.04"
== user
deploy
== groups
deploy docker
== root
sudo
== packages
not-installed docker-ce
installed docker.io
== running
812
== enabled
enabled
== end
`;
	expect(parsePrepareFacts(output)).toEqual({
		system: 'ubuntu',
		version: '24.04',
		title: 'Ubuntu 24.04.1 LTS',
		user: 'deploy',
		groups: ['deploy', 'docker'],
		root: 'sudo',
		docker: 'docker.io',
		isRunning: true,
		isEnabled: true,
	});
	expect(parsePrepareFacts('')).toMatchObject({title: 'an unknown system', root: 'no', docker: undefined});
});

/** A shell like that on a machine, whose programs are stand-ins that write down how they were called. */
function openMachine() {
	const folder = temporaryDirectory();
	const bin = join(folder, 'bin');
	mkdirSync(bin);
	const calls = join(folder, 'calls');
	const program = (name: string, script: string) => {
		writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
		chmodSync(join(bin, name), 0o755);
	};
	const noted = `echo "$(basename "$0") $*" >>${calls}`;
	program('id', 'case "$1" in -un) echo deploy ;; -Gn) echo deploy ;; *) echo 1000 ;; esac');
	program('sudo', '[ "$1" = -n ] && shift; exec "$@"');
	program('apt-get', `${noted}; case "$*" in *install*) echo E: no space; exit 100 ;; esac`);
	program('dpkg-query', 'exit 1');
	program('pidof', 'exit 1');
	const child = spawn('sh', {env: {PATH: `${bin}:/usr/bin:/bin`}, stdio: ['pipe', 'pipe', 'ignore']});
	onTestFinished(() => void child.kill());
	const shell = createRemoteShell(child.stdin, child.stdout);
	return {shell, calls: () => (existsSync(calls) ? readFileSync(calls, 'utf8') : '')};
}

it('a shell is asked, and runs exactly what was shown', async () => {
	const {shell, calls} = openMachine();
	const facts = await readPrepareFacts(shell);
	expect(facts).toMatchObject({user: 'deploy', groups: ['deploy'], root: 'sudo', docker: undefined, isRunning: false});
	// Asking changes nothing.
	expect(calls()).toBe('');
	const commands = planPreparation({...facts, system: 'debian', version: '12'});
	const update = await shell.ask(commands[0]!.line, 10_000);
	const install = await shell.ask(commands[1]!.line, 10_000);
	expect([update.exitCode, install.exitCode, install.output.trim()]).toEqual([0, 100, 'E: no space']);
	expect(calls()).toBe(
		'apt-get -o DPkg::Lock::Timeout=120 update\n' +
			'apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends docker.io iptables apparmor ca-certificates\n',
	);
});
