import type {RequestOptions} from 'node:http';
import type {Variables} from '../programs.ts';
import type {EngineAddress} from './docker-address.ts';
import type {Forwarding, RemotePort} from './ssh/forward-port.ts';
import type {RemoteShell} from './ssh/remote-shell.ts';
import type {Explanation} from './ssh/ssh-words.ts';

/** How requests reach an engine. */
export type Reach = {
	/** Where to send them. Opens the tunnel to an engine behind ssh, unless it is open. */
	readonly open: () => Promise<RequestOptions>;
	/** Whether the way to the engine has ended under a request that has just failed. */
	readonly isLost: () => Promise<boolean>;
	/** Why a request got no answer, as far as that is not in its own error. */
	readonly explain: () => Promise<Explanation | undefined>;
	/** Whether each answer comes through a network that the engine's machine does not know. */
	readonly isTunnel: boolean;
	/** Whether the engine is on this machine. */
	readonly isLocal: boolean;
	/** A shell on the engine's machine; undefined unless it is reached over ssh. */
	readonly shell: () => Promise<RemoteShell | undefined>;
	/** Forwards a port to the engine's machine; undefined unless it is reached over ssh. */
	readonly forwardPort: (to: RemotePort) => Promise<Forwarding | undefined>;
	/** The variables of a docker client that is to reach the same engine. */
	readonly clientVariables: () => Promise<Variables>;
};

/** The error of the request says everything. */
const direct = {
	isTunnel: false,
	isLocal: false,
	isLost: async () => false,
	explain: async () => undefined,
	shell: async () => undefined,
	forwardPort: async () => undefined,
};

// What selects an engine, or says how to reach it, must not apply to another one.
const noVariables: Variables = {
	DOCKER_HOST: undefined,
	DOCKER_CONTEXT: undefined,
	DOCKER_TLS: undefined,
	DOCKER_TLS_VERIFY: undefined,
	DOCKER_CERT_PATH: undefined,
};

/** Finds the way to an engine. Nothing is opened before the first request. */
export function reachOf({text, target}: Pick<EngineAddress, 'text' | 'target'>): Reach {
	if ('ssh' in target) {
		const tunnel = async () => (await import('./ssh/tunnel.ts')).tunnelTo(target.ssh);
		const open = async () => (await tunnel()).open();
		return {
			isTunnel: true,
			isLocal: false,
			open: async () => ({socketPath: await open()}),
			isLost: async () => (await tunnel()).isLost(),
			explain: async () => (await tunnel()).explain(),
			shell: async () => (await tunnel()).shell(),
			forwardPort: async to => (await import('./ssh/forward-port.ts')).forwardPort(target.ssh, to),
			clientVariables: async () => ({...noVariables, DOCKER_HOST: `unix://${await open()}`}),
		};
	}
	if ('socketPath' in target) {
		const {socketPath} = target;
		return {
			...direct,
			isLocal: true,
			open: async () => ({socketPath}),
			clientVariables: async () => ({...noVariables, DOCKER_HOST: text}),
		};
	}
	const {host, port, tls} = target;
	const {ca, cert, key, isUnverified, folder} = tls ?? {};
	const secured = {[isUnverified ? 'DOCKER_TLS' : 'DOCKER_TLS_VERIFY']: '1', DOCKER_CERT_PATH: folder};
	const name = host.includes(':') ? `[${host}]` : host;
	return {
		...direct,
		open: async () => ({host, port, ...(tls ? {ca, cert, key, rejectUnauthorized: !isUnverified} : {})}),
		clientVariables: async () => ({...noVariables, DOCKER_HOST: `tcp://${name}:${port}`, ...(tls ? secured : {})}),
	};
}
