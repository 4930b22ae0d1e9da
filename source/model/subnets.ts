/** IPv4 arithmetic for the environment networks; all numbers are unsigned 32-bit. */
type Block = {readonly start: number; readonly size: number; readonly prefix: number};

const toNumber = (address: string): number =>
	address.split('.').reduce((value, part) => ((value << 8) | Number(part)) >>> 0, 0);

const toAddress = (value: number): string => [24, 16, 8, 0].map(shift => (value >>> shift) & 255).join('.');

/** Parses `10.213.0.0/16`; undefined for anything else, IPv6 included. */
export function parseSubnet(cidr: string): Block | undefined {
	const match = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(cidr);
	if (!match || match[1]!.split('.').some(part => Number(part) > 255)) return undefined;
	const prefix = Number(match[2]);
	if (prefix > 32) return undefined;
	const size = 2 ** (32 - prefix);
	const address = toNumber(match[1]!);
	return {start: address - (address % size), size, prefix};
}

const isOverlapping = (a: Block, b: Block): boolean => a.start < b.start + b.size && b.start < a.start + a.size;

/** The first block of the pool that overlaps none of the used subnets; undefined when the pool is full. */
export function pickSubnet(pool: string, prefix: number, used: readonly string[]): string | undefined {
	const whole = parseSubnet(pool);
	if (!whole || prefix < whole.prefix) return undefined;
	const taken = used.map(parseSubnet).filter(block => block !== undefined);
	const size = 2 ** (32 - prefix);
	for (let start = whole.start; start < whole.start + whole.size; start += size) {
		if (!taken.some(block => isOverlapping(block, {start, size, prefix}))) return `${toAddress(start)}/${prefix}`;
	}
	return undefined;
}

/** Number of addresses in each part of a network: fixed by Compartment, and assigned by the engine. */
export type Addresses = {readonly fixed: number; readonly handedOut: number};

/** A network's block, and the part at its end from which the engine assigns addresses; by default the upper half. */
export type Subnet = {readonly subnet: string; readonly addressRange?: string | undefined};

/** Compartment fixes addresses only below the engine's range, so that the two never collide. */
function partsOf({subnet, addressRange}: Subnet): {readonly block: Block; readonly range: Block} {
	const block = parseSubnet(subnet)!;
	const half = {start: block.start + block.size / 2, size: block.size / 2, prefix: block.prefix + 1};
	return {block, range: (addressRange === undefined ? undefined : parseSubnet(addressRange)) ?? half};
}

/** A network as it is recorded: with its range only if that is not the upper half. */
export function recordedSubnet({subnet, addressRange}: Subnet): Subnet {
	const isHalf = addressRange === undefined || addressRange === dynamicRange(subnet, parseSubnet(subnet)!.prefix + 1);
	return isHalf ? {subnet} : {subnet, addressRange};
}

/**
 * Capacity of a network. The network's own address and the one after it are never fixed; the engine takes the gateway from
 * its range, and the last address is for broadcasts.
 */
export function roomOf(network: Subnet): Addresses {
	const {block, range} = partsOf(network);
	return {fixed: Math.max(0, range.start - block.start - 2), handedOut: Math.max(0, range.size - 2)};
}

/** Whether a network has room for these addresses. */
export const hasRoom = (network: Subnet, {fixed, handedOut}: Addresses): boolean => {
	const room = roomOf(network);
	return fixed <= room.fixed && handedOut <= room.handedOut;
};

/** Prefix lengths of a network and of the engine's range in it. */
export type NetworkSize = {readonly prefix: number; readonly rangePrefix: number};

/**
 * The smallest network with this capacity, at least a block of the prefix length `smallest`. The engine gets half of it, or
 * less where the fixed addresses need more than the other half.
 */
export function sizeFor(wanted: Addresses, smallest: number): NetworkSize {
	for (let prefix = smallest; prefix > 1; prefix--)
		for (let rangePrefix = prefix + 1; rangePrefix <= 30; rangePrefix++) {
			const subnet = `0.0.0.0/${prefix}`;
			if (hasRoom({subnet, addressRange: dynamicRange(subnet, rangePrefix)}, wanted)) return {prefix, rangePrefix};
		}
	return {prefix: 1, rangePrefix: 2};
}

/** The part of a block from which the engine assigns addresses: its end. */
export function dynamicRange(subnet: string, rangePrefix: number): string {
	const {start, size} = parseSubnet(subnet)!;
	return `${toAddress(start + size - 2 ** (32 - rangePrefix))}/${rangePrefix}`;
}

/** The first free address that Compartment may fix; undefined when all are taken. */
export function pickAddress(network: Subnet, taken: ReadonlySet<string>): string | undefined {
	const {block, range} = partsOf(network);
	for (let value = block.start + 2; value < range.start; value++) {
		const address = toAddress(value);
		if (!taken.has(address)) return address;
	}
	return undefined;
}

/** Whether an address belongs to a network. */
export function isInside({subnet}: Subnet, address: string): boolean {
	const {start, size} = parseSubnet(subnet)!;
	const value = toNumber(address);
	return value >= start && value < start + size;
}

/** Whether an address is one that Compartment fixes in a network. */
export const isFixedIn = (network: Subnet, address: string): boolean =>
	isInside(network, address) && toNumber(address) < partsOf(network).range.start;

/**
 * The address at the same offset in another network, so that an address fixed in one network needs no second record for the
 * other. Undefined when it is not below the other's range.
 */
export function sameAddressIn(other: Subnet, own: Subnet, address: string): string | undefined {
	const {block, range} = partsOf(other);
	const value = block.start + toNumber(address) - parseSubnet(own.subnet)!.start;
	return isInside(own, address) && value < range.start ? toAddress(value) : undefined;
}
