import {isIPv6} from 'node:net';
import {command, type Hint, hint} from '../../hint.ts';
import type {HostFinding} from './findings.ts';
import {answerMs} from './findings.ts';
import {isHidden, recordsFor} from './own-addresses.ts';
import type {Reached} from './reach.ts';

/** The router's port for requests, and who else has port 80 of its machine. */
export type PortPlace = {
	readonly listen: string;
	readonly port: number;
	/** Another user of port 80, such as `container proxy`. */
	readonly owner: string | undefined;
};

const listenPublicly = command('settings set', 'routerListen', '0.0.0.0');
const listenOn80 = command('settings set', 'routerPort', '80');

/** What to do about where the router listens; undefined if that is not the cause. */
function placeHint({listen, port, owner}: PortPlace, address: string): Hint | undefined {
	const apply = command('apply');
	const also = isHidden(listen, address) ? hint`${listenPublicly}, then ` : hint``;
	if (port !== 80) {
		const forward = hint`or forward port 80 of its machine to it.`;
		if (owner !== undefined)
			return hint`The router listens on ${listen}:${String(port)}, and ${owner} uses port 80 of its machine. Let that pass requests on to the router, or stop it, then ${listenOn80}, then ${also}${apply}`;
		return hint`The router listens on ${listen}:${String(port)}. Let it listen on port 80: ${listenOn80}, then ${also}${apply}; ${forward}`;
	}
	if (isHidden(listen, address))
		return hint`The router listens on ${listen}, which only its own machine reaches: ${listenPublicly}, then ${apply}`;
	return undefined;
}

function messageOf(host: string, reached: Reached): string {
	const place = `port 80 of ${reached.address}`;
	switch (reached.outcome) {
		case 'router':
			return `${host} leads to this router at ${place}.`;
		case 'refused':
			return `${host} leads to ${reached.address}, which refuses connections to port 80.`;
		case 'timeout':
			return `${host} leads to ${reached.address}, where port 80 gives no answer within ${answerMs / 1000} s.`;
		case 'unreachable':
			return `${host} leads to ${reached.address}, which this machine cannot reach (${reached.code}).`;
		case 'redirect':
			return `${host} leads to ${reached.address}, where something redirects to ${reached.location} before the router is asked.`;
		case 'other':
			return `${host} leads to ${reached.address}, where another server answers: ${serverText(reached)}.`;
	}
}

function serverText({status, server}: Extract<Reached, {readonly outcome: 'other'}>): string {
	if (status === null) return 'not with HTTP';
	return server === null ? `status ${status}` : `status ${status} from ${server}`;
}

const acmePath = '/.well-known/acme-challenge/';

const sameFamily = (own: readonly string[], address: string) => own.filter(each => isIPv6(each) === isIPv6(address));

const correctHint = (host: string, address: string, own: readonly string[]): Hint =>
	`If ${address} is not the router's machine, ${host} needs ${recordsFor(host, sameFamily(own, address))}`;

function hintFor(host: string, reached: Reached, place: PortPlace, own: readonly string[]): Hint {
	const correct = correctHint(host, reached.address, own);
	const placed = placeHint(place, reached.address);
	if (placed) {
		const isElsewhere = sameFamily(own, reached.address).length > 0 && !own.includes(reached.address);
		return isElsewhere ? hint`${correct}. ${placed}` : placed;
	}
	switch (reached.outcome) {
		case 'redirect':
			return `Let what answers there pass requests for ${acmePath} on to the router.`;
		case 'timeout':
			return hint`Open port 80 in firewalls, and forward it to the router. Some networks do not reach their own public address: then check from elsewhere. ${correct}`;
		case 'refused':
			return hint`Forward port 80 to the router. ${correct}`;
		default:
			return correct;
	}
}

/** Where another address of the host leads to the router, that of this one is wrong. */
const otherHint = (host: string, address: string): Hint =>
	isIPv6(address)
		? `Authorities prefer IPv6. Correct or remove this record: ${host}. AAAA ${address}`
		: `Authorities may ask each address. Correct or remove this record: ${host}. A ${address}`;

/** What is wrong with the addresses of a host, each of which an authority may ask. */
export function portFindings(
	host: string,
	all: readonly Reached[],
	place: PortPlace,
	own: readonly string[],
): HostFinding[] {
	const isReached = all.some(({outcome}) => outcome === 'router');
	return all
		.filter(({outcome}) => outcome !== 'router')
		.map(reached => {
			const {address, outcome} = reached;
			return {
				question: 'port80',
				status: outcome === 'unreachable' && isReached ? 'warning' : 'problem',
				message: messageOf(host, reached),
				hint: isReached ? otherHint(host, address) : hintFor(host, reached, place, own),
			};
		});
}
