import {isIP} from 'node:net';
import {setTimeout as pause} from 'node:timers/promises';
import {connect} from 'node:tls';
import type {ReadonlyEngine} from '../../engine/engine.ts';
import {answerMs} from './findings.ts';

/** What the router's port for TLS serves for a host. */
export type Served =
	| {readonly type: 'certificate' /** SHA-256, hex. */; readonly fingerprint: string}
	/** It refuses TLS for the host. */
	| {readonly type: 'none'}
	/** Nothing answers there, or it is not known where to ask. */
	| {readonly type: 'unreachable'; readonly reason: string};

/** Where a port that the router is published on is reached from this machine. */
export type RouterPlace = {
	/** Whether what forwards the port has found nothing there. */
	readonly isUnanswered?: () => boolean;
	/** The address that it listens on. */
	readonly listen: string;
	/** The machine of the engine; undefined if it is this one. */
	readonly machine: string | undefined;
};

/** How long ssh may take to say what it has seen, in milliseconds. */
const wordsMs = 100;

const isAny = (address: string): boolean => address === '0.0.0.0' || address === '::';

export const isLoopback = (address: string): boolean => /^(?:127\.|::1$|::ffff:127\.)/.test(address);

/** The host to connect to; undefined if only the engine's machine reaches the router. */
export function reachableAt({listen, machine}: RouterPlace): string | undefined {
	if (isAny(listen)) return machine ?? (listen === '::' ? '::1' : '127.0.0.1');
	return isLoopback(listen) && machine !== undefined ? undefined : listen;
}

/** The machine of an engine, as its address names it; undefined for this machine. */
export function machineOf({address, isLocal}: Pick<ReadonlyEngine, 'address' | 'isLocal'>): string | undefined {
	const url = !isLocal && URL.canParse(address) ? new URL(address) : undefined;
	const name = url?.hostname.replace(/^\[(.*)\]$/, '$1') ?? '';
	return name === '' || name === 'localhost' || isLoopback(name) ? undefined : name;
}

/** Opens a TLS connection for a host, and says which certificate it gets. Whether that is trusted does not matter. */
export function askTls(place: RouterPlace, port: number, host: string): Promise<Served> {
	const at = reachableAt(place);
	if (at === undefined)
		return Promise.resolve({type: 'unreachable', reason: `it listens on ${place.listen} of ${place.machine} only`});
	const servername = host.replace(/^\*\./, 'any-name.');
	return new Promise(resolve => {
		const end = (served: Served) => {
			resolve(served);
			socket.destroy();
		};
		const socket = connect({
			host: at,
			port,
			...(isIP(servername) === 0 ? {servername} : {}),
			rejectUnauthorized: false,
			timeout: answerMs,
		});
		let isConnected = false;
		socket.once('connect', () => (isConnected = true));
		socket.once('secureConnect', () =>
			end({
				type: 'certificate',
				fingerprint: socket.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase(),
			}),
		);
		socket.once('timeout', () => end({type: 'unreachable', reason: `no answer within ${answerMs / 1000} s`}));
		socket.once('error', async ({code = 'an error'}: NodeJS.ErrnoException) => {
			// ssh says why after it has closed the connection.
			if (place.isUnanswered) await pause(wordsMs);
			if (place.isUnanswered?.()) end({type: 'unreachable', reason: 'nothing answers at its port for TLS'});
			else end(isConnected ? {type: 'none'} : {type: 'unreachable', reason: code});
		});
	});
}
