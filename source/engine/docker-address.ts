import {createHash} from 'node:crypto';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {join} from 'node:path';
import {messageOf, UserError} from '../errors.ts';
import {parseSshAddress, type SshTarget} from './ssh/ssh-target.ts';

export type Tls = {
	readonly ca?: Buffer;
	readonly cert?: Buffer;
	readonly key?: Buffer;
	readonly isUnverified: boolean;
	/** Where the files are; absent without any. */
	readonly folder?: string;
};

export type EngineAddress = {
	/** For messages: `unix:///var/run/docker.sock`, `tcp://10.0.0.5:2376`, `ssh://deploy@web1`. */
	readonly text: string;
	readonly target:
		| {readonly socketPath: string}
		| {readonly host: string; readonly port: number; readonly tls: Tls | undefined}
		| {readonly ssh: SshTarget};
	/** The sockets that were tried when no engine was configured. */
	readonly lookedAt: readonly string[];
};

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Finds the engine in the same order as the docker client: the given host, DOCKER_HOST, the current docker context
 * (DOCKER_CONTEXT or `docker context use`), then the well-known sockets.
 * @param certificates folder for the host; by default that of the environment
 */
export function findEngine(
	host: string | undefined,
	env: Environment = process.env,
	certificates?: string,
): EngineAddress {
	const configured = host ?? (env['DOCKER_HOST'] || undefined);
	if (configured) return parseHost(configured, certificates ? readTls(certificates, false) : tlsOfEnvironment(env));
	const folder = env['DOCKER_CONFIG'] || join(homedir(), '.docker');
	const context = env['DOCKER_CONTEXT'] || currentContext(folder);
	if (context && context !== 'default') return contextAddress(folder, context);
	if (process.platform === 'win32') return parseHost('npipe:////./pipe/docker_engine', undefined);
	const sockets = knownSockets(env);
	const found = sockets.find(path => existsSync(path)) ?? sockets[0]!;
	return {text: `unix://${found}`, target: {socketPath: found}, lookedAt: sockets};
}

function knownSockets(env: Environment): string[] {
	const home = homedir();
	const runtime = env['XDG_RUNTIME_DIR'];
	return [
		'/var/run/docker.sock',
		join(home, '.docker/run/docker.sock'),
		...(runtime ? [join(runtime, 'docker.sock')] : []),
		join(home, '.colima/default/docker.sock'),
		join(home, '.rd/docker.sock'),
		...(runtime ? [join(runtime, 'podman/podman.sock')] : []),
		'/run/podman/podman.sock',
	];
}

function parseHost(host: string, tls: Tls | undefined): EngineAddress {
	const socket = /^(?:unix|npipe):\/\/(.+)$/.exec(host)?.[1] ?? (host.startsWith('/') ? host : undefined);
	if (socket) return {text: host.startsWith('/') ? `unix://${host}` : host, target: {socketPath: socket}, lookedAt: []};
	const text = host.includes('://') ? host : `tcp://${host}`;
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (url?.protocol === 'ssh:') return {text, target: {ssh: parseSshAddress(text)}, lookedAt: []};
	if (!url?.hostname || !['tcp:', 'http:', 'https:'].includes(url.protocol)) {
		throw new UserError(`invalid engine address: ${host}`, {
			hint: 'use ssh://user@host, tcp://host:2376 or unix:///path/to/docker.sock',
		});
	}
	const secured = tls ?? (url.protocol === 'https:' ? {isUnverified: false} : undefined);
	const port = url.port ? Number(url.port) : url.protocol === 'https:' ? 443 : secured ? 2376 : 2375;
	const name = url.hostname.replace(/^\[(.*)\]$/, '$1');
	return {text, target: {host: name, port, tls: secured}, lookedAt: []};
}

function tlsOfEnvironment(env: Environment): Tls | undefined {
	if (!env['DOCKER_TLS_VERIFY']) return;
	const folder = env['DOCKER_CERT_PATH'] || join(homedir(), '.docker');
	return readTls(folder, false);
}

function readTls(folder: string, isUnverified: boolean): Tls {
	const read = (file: string) => (existsSync(join(folder, file)) ? readFileSync(join(folder, file)) : undefined);
	const tls = {ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem'), isUnverified, folder};
	if (Boolean(tls.cert) !== Boolean(tls.key)) {
		throw new UserError(`the engine's certificates are incomplete: ${folder} has only one of cert.pem and key.pem`, {
			hint: 'put ca.pem, cert.pem and key.pem there, or unset DOCKER_TLS_VERIFY',
		});
	}
	return tls;
}

function currentContext(folder: string): string | undefined {
	const file = join(folder, 'config.json');
	if (!existsSync(file)) return;
	return stringAt(readJson(file), ['currentContext']);
}

/** The names of the docker contexts on this machine. */
export function dockerContexts(env: Environment = process.env): string[] {
	const folder = join(env['DOCKER_CONFIG'] || join(homedir(), '.docker'), 'contexts/meta');
	const ids = existsSync(folder) ? readdirSync(folder) : [];
	const names = ids.flatMap(id => {
		const file = join(folder, id, 'meta.json');
		return existsSync(file) ? (stringAt(readJson(file), ['Name']) ?? []) : [];
	});
	return [...new Set(['default', ...names])].sort();
}

function contextAddress(folder: string, name: string): EngineAddress {
	const id = createHash('sha256').update(name).digest('hex');
	const file = join(folder, 'contexts/meta', id, 'meta.json');
	const meta = existsSync(file) ? readJson(file) : undefined;
	const host = stringAt(meta, ['Endpoints', 'docker', 'Host']);
	if (!host) {
		throw new UserError(`docker context "${name}" has no Docker endpoint (${file})`, {
			hint: '`docker context ls` lists the contexts; DOCKER_HOST overrides them',
		});
	}
	const certificates = join(folder, 'contexts/tls', id, 'docker');
	const isUnverified = valueAt(meta, ['Endpoints', 'docker', 'SkipTLSVerify']) === true;
	return parseHost(host, existsSync(certificates) ? readTls(certificates, isUnverified) : undefined);
}

function readJson(file: string): unknown {
	try {
		return JSON.parse(readFileSync(file, 'utf8'));
	} catch (error) {
		throw new UserError(`${file} cannot be read: ${messageOf(error)}`, {hint: 'DOCKER_HOST overrides it'});
	}
}

const valueAt = (value: unknown, path: readonly string[]): unknown =>
	path.reduce<unknown>(
		(inner, key) => (typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[key] : undefined),
		value,
	);

function stringAt(value: unknown, path: readonly string[]): string | undefined {
	const found = valueAt(value, path);
	return typeof found === 'string' && found !== '' ? found : undefined;
}
