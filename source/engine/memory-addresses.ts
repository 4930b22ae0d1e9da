/** A range of IPv4 addresses as numbers. */
export type Range = {readonly first: number; readonly last: number};

export function toRange(cidr: string): Range {
	const [address = '', length = '32'] = cidr.split('/');
	const size = 2 ** (32 - Number(length));
	const first = Math.floor(toNumber(address) / size) * size;
	return {first, last: first + size - 1};
}

export const hasOverlap = (a: Range, b: Range): boolean => a.first <= b.last && b.first <= a.last;

export const toNumber = (address: string): number =>
	address.split('.').reduce((total, part) => total * 256 + Number(part), 0);

const toAddress = (value: number): string =>
	`${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;

/** The first free address. The engine takes the gateway from the same range: the first address that a container could get. */
export function firstFree(
	subnet: string,
	addressRange: string | undefined,
	taken: ReadonlySet<string>,
): string | undefined {
	const {first, last} = toRange(subnet);
	const pool = toRange(addressRange ?? subnet);
	for (let value = Math.max(pool.first, first + 1) + 1; value <= Math.min(pool.last, last - 1); value++) {
		const address = toAddress(value);
		if (!taken.has(address)) return address;
	}
	return undefined;
}
