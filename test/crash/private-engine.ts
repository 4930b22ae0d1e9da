import {type ChildProcess, execFile, execFileSync, spawn} from 'node:child_process';
import {mkdirSync, mkdtempSync, openSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {until} from '../docker/helpers.ts';

const run = promisify(execFile);

/** A separate Docker engine for a test, with its own network namespace, folders and socket. */
export type PrivateEngine = {
	/** The value for DOCKER_HOST. */
	readonly host: string;
	/** Copies images from the default engine. */
	readonly load: (images: readonly string[]) => Promise<void>;
	readonly start: () => Promise<void>;
	/** SIGTERM: the engine stops its containers. SIGKILL: engine and containers die together, as in a power failure. */
	readonly stop: (signal: 'SIGTERM' | 'SIGKILL') => Promise<void>;
	/** Status of one GET inside its namespace; 0 without an answer. */
	readonly statusOf: (port: number, hostHeader: string, path: string) => Promise<number>;
	readonly close: () => Promise<void>;
};

const has = (command: string): boolean => {
	try {
		execFileSync('sh', ['-c', `command -v ${command}`], {stdio: 'ignore'});
		return true;
	} catch {
		return false;
	}
};

/** Whether this machine lets a test run an engine: Linux, as root, with dockerd. */
export const canRunEngine = (): boolean =>
	process.platform === 'linux' && process.getuid?.() === 0 && ['dockerd', 'ip', 'nsenter', 'pgrep'].every(has);

const request = `
const [port, host, path] = process.argv.slice(1);
require('node:http')
	.get({host: '127.0.0.1', port, path, headers: {host}, timeout: 2000}, response => {
		console.log(response.statusCode);
		response.resume();
	})
	.on('timeout', () => process.exit())
	.on('error', () => console.log(0));
`;

export function createPrivateEngine(): PrivateEngine {
	const folder = mkdtempSync(join(tmpdir(), 'compartment-engine-'));
	const namespace = `compartment-${process.pid}`;
	const host = `unix://${join(folder, 'docker.sock')}`;
	const docker = (...args: readonly string[]) => run('docker', ['--host', host, ...args]);
	const inside = (...command: readonly string[]) => run('nsenter', [enter, ...command]);
	// Not `ip netns exec`, which hides the control groups.
	const enter = `--net=/run/netns/${namespace}`;
	let daemon: ChildProcess | undefined;
	execFileSync('ip', ['netns', 'add', namespace]);
	execFileSync('ip', ['-n', namespace, 'link', 'set', 'lo', 'up']);

	/** containerd, its shims and the port forwarders: processes that the daemon started and whose arguments name this folder. */
	const helpers = async (): Promise<number[]> => {
		const {stdout} = await run('pgrep', ['-f', folder]).catch(() => ({stdout: ''}));
		return stdout
			.split('\n')
			.filter(line => line !== '')
			.map(Number);
	};

	const engine: PrivateEngine = {
		host,
		async start() {
			const log = openSync(join(folder, 'log'), 'a');
			const places = [
				`--data-root=${join(folder, 'data')}`,
				`--exec-root=${join(folder, 'exec')}`,
				`--pidfile=${join(folder, 'pid')}`,
			];
			mkdirSync(join(folder, 'exec'), {recursive: true});
			daemon = spawn('nsenter', [enter, 'dockerd', `--host=${host}`, ...places], {
				stdio: ['ignore', log, log],
			});
			const answers = () =>
				docker('version').then(
					() => true,
					() => false,
				);
			await until(async () => daemon!.exitCode !== null || (await answers()), 60_000);
			if (daemon.exitCode !== null) {
				daemon = undefined;
				throw new Error(`dockerd ended: ${readFileSync(join(folder, 'log'), 'utf8').slice(-500)}`);
			}
		},
		async load(images) {
			const save = spawn('docker', ['save', ...images], {stdio: ['ignore', 'pipe', 'inherit']});
			const load = spawn('docker', ['--host', host, 'load', '--quiet'], {stdio: [save.stdout, 'ignore', 'inherit']});
			const code = await new Promise(resolve => load.once('close', resolve));
			if (code !== 0) throw new Error(`docker load ended with ${code}`);
		},
		async stop(signal) {
			const ended = new Promise(resolve => daemon!.once('close', resolve));
			const containers = signal === 'SIGKILL' ? await docker('ps', '--quiet', '--no-trunc') : {stdout: ''};
			const pids = await Promise.all(
				containers.stdout
					.split('\n')
					.filter(id => id !== '')
					.map(async id => Number((await docker('inspect', '--format', '{{.State.Pid}}', id)).stdout)),
			);
			daemon!.kill(signal);
			await ended;
			if (signal === 'SIGKILL') {
				for (const pid of [...(await helpers()), ...pids]) {
					try {
						process.kill(pid, 'SIGKILL');
					} catch {
						// It has already exited.
					}
				}
				// A rebooted machine has no pid files, and an unreaped process would look like a running one.
				rmSync(join(folder, 'exec', 'containerd', 'containerd.pid'), {force: true});
			}
			daemon = undefined;
		},
		async statusOf(port, hostHeader, path) {
			const {stdout} = await inside(process.execPath, '-e', request, String(port), hostHeader, path);
			return Number(stdout || 0);
		},
		async close() {
			if (daemon) {
				const {stdout} = await docker('ps', '--all', '--quiet');
				const ids = stdout.split('\n').filter(id => id !== '');
				if (ids.length > 0) await docker('rm', '--force', '--volumes', ...ids);
				await engine.stop('SIGTERM');
			}
			for (const [, place = ''] of readFileSync('/proc/mounts', 'utf8').matchAll(/^\S+ (\S+)/gm))
				if (place.startsWith(`${folder}/`)) execFileSync('umount', ['--lazy', place]);
			execFileSync('ip', ['netns', 'delete', namespace]);
			rmSync(folder, {recursive: true, force: true});
		},
	};
	return engine;
}
