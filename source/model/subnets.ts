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

/** Number of addresses in each half of a network: fixed by Compartment, and assigned by the engine. */
export type Addresses = {readonly fixed: number; readonly handedOut: number};

/** Capacity of a network, without its own address, the gateway and the broadcast address. */
export function roomOf(subnet: string): Addresses {
	const half = parseSubnet(subnet)!.size / 2;
	return {fixed: half - 2, handedOut: half - 1};
}

/** Prefix length of a block with this capacity; at most `smallest`. */
export function prefixFor({fixed, handedOut}: Addresses, smallest: number): number {
	const half = Math.max(fixed + 2, handedOut + 1);
	return Math.min(smallest, 31 - Math.ceil(Math.log2(half)));
}

/**
 * The upper half, from which the engine assigns addresses. Compartment fixes addresses in the lower half only, so that the
 * two never collide.
 */
export function dynamicRange(subnet: string): string {
	const block = parseSubnet(subnet)!;
	return `${toAddress(block.start + block.size / 2)}/${block.prefix + 1}`;
}

/** The first free address of the lower half; undefined when all are taken. */
export function pickAddress(subnet: string, taken: ReadonlySet<string>): string | undefined {
	const block = parseSubnet(subnet)!;
	// Skips the network's own address and the gateway.
	for (let value = block.start + 2; value < block.start + block.size / 2; value++) {
		const address = toAddress(value);
		if (!taken.has(address)) return address;
	}
	return undefined;
}

/**
 * The address at the same offset in another subnet, so that an address fixed in one network needs no second record for the
 * other. Undefined when it is outside the other's lower half.
 */
export function sameAddressIn(other: string, subnet: string, address: string): string | undefined {
	const [from, to] = [parseSubnet(subnet)!, parseSubnet(other)!];
	const offset = toNumber(address) - from.start;
	return offset < to.size / 2 ? toAddress(to.start + offset) : undefined;
}
