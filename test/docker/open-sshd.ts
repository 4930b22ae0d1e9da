import {execFileSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {freePort} from './router-lab.ts';
import {sshWith} from './ssh-processes.ts';
import {until} from './until.ts';

/** Another machine, as far as ssh can tell: an sshd in a container that shares this machine's engine. */
export type Sshd = {
	/** `ssh://root@lab`, also before it runs. */
	readonly address: (path?: string, user?: string) => string;
	/** The variables with which a command finds its ssh configuration and its engine. */
	readonly env: (user?: string) => {readonly PATH: string; readonly DOCKER_HOST: string};
	readonly folder: string;
	/** On 127.0.0.1. */
	readonly port: number;
	/** The password of `deploy`, the only user who may use the engine. */
	readonly password: string;
	/** Runs a command on the machine. */
	readonly exec: (...command: readonly string[]) => string;
	/** Ends the connections on the machine. */
	readonly drop: () => void;
	/** Ends the connections on this side, at once, and lets no new one through for a time. Resolves when it does again. */
	readonly cut: (downMs: number) => Promise<void>;
	readonly stop: () => void;
	readonly start: () => Promise<void>;
	/** Adds lines to ssh's configuration of the host, which has a key that opens it unless it shall have none. */
	readonly configure: (lines: readonly string[], options?: {readonly hasKey: boolean}) => void;
	/** Reaches it through another port of this machine from now on. */
	readonly reachThrough: (port: number) => void;
	/** Forgets the host's key, or takes another one for it. */
	readonly know: (key: 'right' | 'none' | 'wrong') => void;
};

export type SshdOptions = {
	/** Arguments of sshd. */
	readonly arguments?: string;
	/** Folders of this machine that it sees too. */
	readonly folders?: () => readonly string[];
};

export type OpenSshd = Sshd & {readonly close: () => void};

const image = 'compartment-test-sshd';

export const sshAddress = (path = '', user = 'root'): string => `ssh://${user}@lab${path}`;

const docker = (...args: readonly string[]): string =>
	execFileSync('docker', args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});

function generateKey(path: string): string {
	execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path]);
	return readFileSync(`${path}.pub`, 'utf8').trim();
}

/** Needs the tools of scripts/ssh.sh, which it sets up. `close` removes everything. */
export async function openSshd({arguments: args = '', folders = () => []}: SshdOptions = {}): Promise<OpenSshd> {
	execFileSync('bash', [fileURLToPath(new URL('../../scripts/ssh.sh', import.meta.url))]);
	const folder = mkdtempSync(join(tmpdir(), 'compartment-sshd-'));
	const container = `compartment-test-sshd-${randomBytes(5).toString('hex')}`;
	const password = randomBytes(8).toString('hex');
	const key = generateKey(join(folder, 'id'));
	const other = generateKey(join(folder, 'other'));
	const port = await freePort();
	const known = join(folder, 'known_hosts');
	docker(
		...['run', '--detach', '--init', '--name', container, '--label', 'compartment.test=sshd'],
		...['--publish', `127.0.0.1:${port}:22`, '--volume', '/var/run/docker.sock:/var/run/docker.sock'],
		...folders().flatMap(path => ['--volume', `${path}:${path}`]),
		...['--env', `AUTHORIZED_KEY=${key}`, '--env', `DEPLOY_PASSWORD=${password}`, '--env', `SSHD_OPTIONS=${args}`],
		image,
	);
	const exec = (...command: readonly string[]) => docker('exec', container, ...command);
	const answers = () => {
		try {
			exec('sh', '-c', 'pgrep -x sshd && cat /etc/ssh/lab_host_key.pub');
			return true;
		} catch {
			return false;
		}
	};
	await until(answers, 30_000);
	const hostKey = exec('cat', '/etc/ssh/lab_host_key.pub').trim();
	let near = port;
	const configure: Sshd['configure'] = (lines, {hasKey} = {hasKey: true}) =>
		writeFileSync(
			join(folder, 'config'),
			[
				'Host lab',
				'\tHostName 127.0.0.1',
				`\tPort ${near}`,
				`\tIdentityFile ${join(folder, hasKey ? 'id' : 'other')}`,
				'\tIdentitiesOnly yes',
				'\tIdentityAgent none',
				`\tUserKnownHostsFile ${known}`,
				...lines.map(line => `\t${line}`),
				'',
			].join('\n'),
		);
	const know: Sshd['know'] = which => {
		const keys = {right: hostKey, wrong: other, none: undefined};
		writeFileSync(known, keys[which] ? `[127.0.0.1]:${near} ${keys[which]}\n` : '');
	};
	const bin = join(folder, 'bin');
	mkdirSync(bin);
	// ssh takes its configuration from the home folder of the user, whatever HOME says.
	const ssh = execFileSync('sh', ['-c', 'command -v ssh'], {encoding: 'utf8'}).trim();
	const [configFile, down] = [join(folder, 'config'), join(folder, 'down')];
	const isDown = `[ -e '${down}' ] && echo 'ssh: connect to host lab port 22: No route to host' >&2 && exit 255`;
	writeFileSync(join(bin, 'ssh'), `#!/bin/sh\n${isDown}\nexec ${ssh} -F '${configFile}' "$@"\n`);
	chmodSync(join(bin, 'ssh'), 0o755);
	configure([]);
	know('right');
	return {
		address: sshAddress,
		env: user => ({PATH: `${bin}:${process.env['PATH']}`, DOCKER_HOST: sshAddress('', user)}),
		folder,
		port,
		password,
		exec,
		configure,
		know,
		reachThrough(through) {
			near = through;
			configure([]);
			know('right');
		},
		drop: () => void exec('sh', '-c', 'pkill -KILL -f "^sshd(-session)?: .*@" || true'),
		async cut(downMs) {
			writeFileSync(down, '');
			for (const {pid} of sshWith(configFile)) process.kill(pid, 'SIGKILL');
			await pause(downMs);
			rmSync(down, {force: true});
		},
		stop: () => void docker('kill', container),
		async start() {
			docker('start', container);
			await until(answers, 30_000);
		},
		close() {
			docker('rm', '--force', container);
			rmSync(folder, {recursive: true, force: true});
		},
	};
}
