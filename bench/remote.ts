import {type ChildProcess, spawn} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {openSshd} from '../test/docker/open-sshd.ts';

/** The engine of this machine as one on another machine. */
export type Remote = {
	/** Variables with which a command reaches it: a new ssh each time. */
	readonly env: {readonly PATH: string; readonly DOCKER_HOST: string};
	/** The same over an ssh that is already connected, and stays. */
	readonly connected: {readonly DOCKER_HOST: string};
};

export type Remotes = {
	readonly near: Remote;
	/** 40 ms there and back. */
	readonly far: Remote;
	/** 40 ms, and 100 Mbit/s towards it. */
	readonly slow: Remote;
};

/** Runs a program until its first line, which is returned. It ends with its standard input. */
async function startProxy(port: number, ...options: readonly number[]): Promise<{child: ChildProcess; port: number}> {
	const program = fileURLToPath(new URL('far-proxy.ts', import.meta.url));
	const child = spawn(process.execPath, [program, String(port), ...options.map(String)], {
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	const line = await new Promise<string>((resolve, reject) => {
		child.once('error', reject);
		child.stdout.once('data', data => resolve(String(data)));
	});
	return {child, port: Number(line)};
}

/** Forwards the engine's socket as the product does, and leaves it open. */
async function connect(path: string, host: string, folder: string): Promise<{child: ChildProcess; socket: string}> {
	const socket = join(folder, `${host}.sock`);
	const args = ['-T', '-oExitOnForwardFailure=yes', '-oControlPath=none', '-L', `${socket}:/var/run/docker.sock`];
	const child = spawn('ssh', [...args, `root@${host}`, 'echo ready; cat >/dev/null'], {
		stdio: ['pipe', 'pipe', 'inherit'],
		env: {...process.env, PATH: path},
	});
	await new Promise<void>((resolve, reject) => {
		child.once('exit', code => reject(new Error(`ssh ended with ${code}`)));
		child.stdout.once('data', () => resolve());
	});
	while (!existsSync(socket)) await pause(10);
	return {child, socket};
}

/** Opens an sshd with its defaults, and long lines to it, and always removes all of them. */
export async function withRemotes<Result>(use: (remotes: Remotes) => Promise<Result>): Promise<Result> {
	const sshd = await openSshd();
	const folder = mkdtempSync(join(tmpdir(), 'compartment-bench-ssh-'));
	const children: ChildProcess[] = [];
	const {PATH} = sshd.env();
	const clean = () => {
		for (const child of children.reverse()) child.stdin?.end();
		sshd.close();
		rmSync(folder, {recursive: true, force: true});
	};
	// After ctrl-c, a sandbox ends the process.
	process.once('exit', clean);
	const open = async (host: string): Promise<Remote> => {
		const {child, socket} = await connect(PATH, host, folder);
		children.push(child);
		return {env: {PATH, DOCKER_HOST: `ssh://root@${host}`}, connected: {DOCKER_HOST: `unix://${socket}`}};
	};
	try {
		const lines: string[] = [];
		for (const [host, ...options] of [
			['far', 20],
			['slow', 20, 100],
		] as const) {
			const {child, port} = await startProxy(sshd.port, ...options);
			children.push(child);
			const key = [`IdentityFile ${sshd.folder}/id`, `UserKnownHostsFile ${sshd.folder}/known_hosts`];
			const trust = [`HostKeyAlias [127.0.0.1]:${sshd.port}`, 'IdentitiesOnly yes', 'IdentityAgent none'];
			lines.push(`Host ${host}`, 'HostName 127.0.0.1', `Port ${port}`, ...key, ...trust);
		}
		sshd.configure(lines);
		return await use({near: await open('lab'), far: await open('far'), slow: await open('slow')});
	} finally {
		process.off('exit', clean);
		clean();
	}
}
