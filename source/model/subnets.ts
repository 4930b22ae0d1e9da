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

/** How many addresses of each half of a network: those that we fix, and those that the engine hands out. */
export type Addresses = {readonly fixed: number; readonly handedOut: number};

/** What a network has room for, beside its own address, the gateway and the broadcast address. */
export function roomOf(subnet: string): Addresses {
	const half = parseSubnet(subnet)!.size / 2;
	return {fixed: half - 2, handedOut: half - 1};
}

/** The prefix of a block whose halves have this room, at least as large as asked. */
export function prefixFor({fixed, handedOut}: Addresses, smallest: number): number {
	const half = Math.max(fixed + 2, handedOut + 1);
	return Math.min(smallest, 31 - Math.ceil(Math.log2(half)));
}

/**
 * The upper half, from which the engine hands out addresses by itself. The lower half is ours to fix: a fixed address
 * must never meet one that was handed out.
 */
export function dynamicRange(subnet: string): string {
	const block = parseSubnet(subnet)!;
	return `${toAddress(block.start + block.size / 2)}/${block.prefix + 1}`;
}

/** The first fixed address of the lower half that is not taken; undefined when all are. */
export function pickAddress(subnet: string, taken: ReadonlySet<string>): string | undefined {
	const block = parseSubnet(subnet)!;
	// The first is the network's own address, the second the gateway.
	for (let value = block.start + 2; value < block.start + block.size / 2; value++) {
		const address = toAddress(value);
		if (!taken.has(address)) return address;
	}
	return undefined;
}

/**
 * The address at the same place of another subnet: what is fixed in one network is fixed in the other without a second
 * book-keeping. Undefined when the other one's lower half ends before it.
 */
export function sameAddressIn(other: string, subnet: string, address: string): string | undefined {
	const [from, to] = [parseSubnet(subnet)!, parseSubnet(other)!];
	const offset = toNumber(address) - from.start;
	return offset < to.size / 2 ? toAddress(to.start + offset) : undefined;
}
