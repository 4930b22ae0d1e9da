import {BlockList, isIP, isIPv4} from 'node:net';
import {isLoopback, type RouterPlace} from './served.ts';

const privateBlocks = new BlockList();
for (const [address, prefix] of [
	['0.0.0.0', 8],
	['10.0.0.0', 8],
	['100.64.0.0', 10],
	['127.0.0.0', 8],
	['169.254.0.0', 16],
	['172.16.0.0', 12],
	['192.168.0.0', 16],
] as const)
	privateBlocks.addSubnet(address, prefix, 'ipv4');
for (const [address, prefix] of [
	['::', 127],
	['fc00::', 7],
	['fe80::', 10],
] as const)
	privateBlocks.addSubnet(address, prefix, 'ipv6');

/** Whether machines on the internet can reach an address. */
export const isPublic = (address: string): boolean =>
	isIP(address) !== 0 && !privateBlocks.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');

type Known = RouterPlace & {
	/** Addresses of hosts that lead to the router. */
	readonly reaching: readonly string[];
	/** Addresses of this machine. */
	readonly interfaces: readonly string[];
};

/** The addresses that records of a host should have, at most one of each family; empty if none is known. */
export function ownAddresses({listen, machine, reaching, interfaces}: Known): readonly string[] {
	const known = [...reaching, listen, machine ?? '', ...(machine === undefined ? interfaces : [])];
	const usable = known.filter(address => isPublic(address) || (reaching.includes(address) && isIP(address) !== 0));
	const found = [4, 6].map(family => usable.find(address => isIP(address) === family));
	return found.filter(address => address !== undefined);
}

/** Why a router is reached by nobody else: it listens on a loopback address, and the host leads to another one. */
export const isHidden = (listen: string, address: string): boolean => isLoopback(listen) && !isLoopback(address);

const unknownAddress = 'ADDRESS';

/** The records that a host needs, as in a zone file: `this record: …`. */
export function recordsFor(host: string, addresses: readonly string[]): string {
	const records = addresses.map(address => `${host}. ${isIPv4(address) ? 'A' : 'AAAA'} ${address}`);
	if (records.length === 0)
		return `this record: ${host}. A ${unknownAddress}, with the public address of the router's machine`;
	return `${records.length > 1 ? 'these records' : 'this record'}: ${records.join(' and ')}`;
}
