import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
	dynamicRange,
	isFixedIn,
	parseSubnet,
	pickAddress,
	pickSubnet,
	roomOf,
	sameAddressIn,
	sizeFor,
} from '../../source/model/subnets.ts';

const numberOf = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const bounds = (cidr: string): [first: number, last: number] => {
	const [address, prefix] = cidr.split('/') as [string, string];
	const size = 2 ** (32 - Number(prefix));
	const first = Math.floor(numberOf(address) / size) * size;
	return [first, first + size - 1];
};
const isApart = (a: string, b: string): boolean => bounds(a)[1] < bounds(b)[0] || bounds(b)[1] < bounds(a)[0];
const isInside = (inner: string, outer: string): boolean =>
	bounds(inner)[0] >= bounds(outer)[0] && bounds(inner)[1] <= bounds(outer)[1];

const address = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)).map(parts => parts.join('.'));
const nearby = fc.tuple(fc.nat(3), fc.nat(255)).map(([third, fourth]) => `10.213.${third}.${fourth}`);
const used = fc.array(
	fc.tuple(fc.oneof(nearby, address), fc.integer({min: 18, max: 32})).map(([start, prefix]) => `${start}/${prefix}`),
	{maxLength: 40},
);
const block = fc.tuple(fc.nat(1023), fc.integer({min: 24, max: 29})).map(([index, prefix]) => {
	const start = 10 * 2 ** 24 + ((index * 2 ** (32 - prefix)) % 2 ** 24);
	return `${[24, 16, 8, 0].map(shift => Math.floor(start / 2 ** shift) % 256).join('.')}/${prefix}`;
});

describe('pickSubnet', () => {
	it('picks the first free block of the pool', () => {
		expect(pickSubnet('10.213.0.0/16', 26, [])).toBe('10.213.0.0/26');
		expect(pickSubnet('10.213.0.0/16', 26, ['10.213.0.0/26', '172.17.0.0/16'])).toBe('10.213.0.64/26');
		expect(pickSubnet('10.213.0.0/16', 26, ['10.213.0.0/24', 'fe80::/64', 'nonsense'])).toBe('10.213.1.0/26');
	});

	it('never overlaps a used block, and fails only when the pool is full', () => {
		fc.assert(
			fc.property(used, fc.integer({min: 22, max: 28}), (taken, prefix) => {
				const pool = '10.213.0.0/22';
				const subnet = pickSubnet(pool, prefix, taken);
				if (subnet !== undefined) {
					expect(isInside(subnet, pool)).toBe(true);
					expect(taken.filter(other => !isApart(subnet, other))).toEqual([]);
					expect(bounds(subnet)[0]).toBe(numberOf(subnet.split('/')[0]!));
					return;
				}
				for (let start = 0; start < 1024; start += 2 ** (32 - prefix)) {
					const candidate = `10.213.${start >> 8}.${start & 255}/${prefix}`;
					expect(taken.some(other => !isApart(candidate, other))).toBe(true);
				}
			}),
		);
	});

	it('finds a block for every environment until the pool is full', () => {
		const taken: string[] = [];
		for (let subnet = pickSubnet('10.0.0.0/24', 26, taken); subnet; subnet = pickSubnet('10.0.0.0/24', 26, taken))
			taken.push(subnet);
		expect(taken).toEqual(['10.0.0.0/26', '10.0.0.64/26', '10.0.0.128/26', '10.0.0.192/26']);
	});

	it('finds nothing in an invalid pool, or one smaller than a block', () => {
		expect(pickSubnet('fd00::/8', 26, [])).toBeUndefined();
		expect(pickSubnet('10.0.0.0/27', 26, [])).toBeUndefined();
	});

	it('works at both ends of the address space', () => {
		expect(pickSubnet('255.255.255.0/24', 25, ['255.255.255.0/25'])).toBe('255.255.255.128/25');
		expect(pickSubnet('0.0.0.0/0', 1, ['0.0.0.0/1'])).toBe('128.0.0.0/1');
		expect(pickSubnet('10.213.0.0/16', 26, ['0.0.0.0/0'])).toBeUndefined();
	});
});

describe('parseSubnet', () => {
	it('reads valid subnets, and nothing else', () => {
		expect(parseSubnet('10.213.3.7/16')).toEqual({start: 10 * 2 ** 24 + 213 * 2 ** 16, size: 65_536, prefix: 16});
		for (const text of ['10.0.0.256/16', '10.0.0.0/33', '10.0.0.0', '10.0.0/8', '::1/64', ' 10.0.0.0/8', '10.0.0.0/'])
			expect(parseSubnet(text)).toBeUndefined();
	});
});

describe('addresses inside a network', () => {
	it('are fixed below the range from which they are assigned', () => {
		fc.assert(
			fc.property(block, fc.nat(3), (subnet, more) => {
				const [first, last] = bounds(subnet);
				const rangePrefix = Math.min(31, Number(subnet.split('/')[1]) + 1 + more);
				const addressRange = dynamicRange(subnet, rangePrefix);
				const [start, end] = bounds(addressRange);
				expect(end).toBe(last);
				expect(end - start + 1).toBe(2 ** (32 - rangePrefix));
				const taken = new Set<string>();
				const network = {subnet, addressRange};
				for (let picked = pickAddress(network, taken); picked; picked = pickAddress(network, taken)) {
					expect(taken.has(picked)).toBe(false);
					expect(numberOf(picked)).toBeGreaterThanOrEqual(first + 2);
					expect(numberOf(picked)).toBeLessThan(start);
					expect(isFixedIn(network, picked)).toBe(true);
					taken.add(picked);
				}
				expect(taken.size).toBe(roomOf(network).fixed);
				expect(isFixedIn(network, addressRange.split('/')[0]!)).toBe(false);
			}),
			{numRuns: 60},
		);
	});

	it('are fixed in the lower half of a network without a recorded range', () => {
		expect(roomOf({subnet: '10.1.0.0/26'})).toEqual({fixed: 30, handedOut: 30});
		expect(pickAddress({subnet: '10.1.0.64/28'}, new Set())).toBe('10.1.0.66');
	});

	it('have counterparts in another network, below its range', () => {
		const same = (other: string, address: string, addressRange?: string) =>
			sameAddressIn({subnet: other, addressRange}, {subnet: '10.1.0.0/26'}, address);
		expect(same('10.1.0.64/26', '10.1.0.2')).toBe('10.1.0.66');
		expect(same('10.1.0.64/26', '10.1.0.31')).toBe('10.1.0.95');
		expect(same('10.1.0.64/26', '10.1.0.40')).toBeUndefined();
		expect(same('10.1.0.64/26', '10.1.0.40', '10.1.0.112/28')).toBe('10.1.0.104');
		expect(same('10.1.1.0/27', '10.1.0.15')).toBe('10.1.1.15');
		expect(same('10.1.1.0/27', '10.1.0.16')).toBeUndefined();
		expect(same('10.1.1.0/27', '10.9.0.3')).toBeUndefined();
	});

	it('are as many as requested, in the smallest block that fits', () => {
		fc.assert(
			fc.property(fc.nat(1000), fc.nat(1000), fc.integer({min: 16, max: 28}), (fixed, handedOut, smallest) => {
				const {prefix, rangePrefix} = sizeFor({fixed, handedOut}, smallest);
				expect(prefix).toBeLessThanOrEqual(smallest);
				const roomAt = (own: number, range: number) =>
					roomOf({subnet: `10.0.0.0/${own}`, addressRange: dynamicRange(`10.0.0.0/${own}`, range)});
				const room = roomAt(prefix, rangePrefix);
				expect(room.fixed).toBeGreaterThanOrEqual(fixed);
				expect(room.handedOut).toBeGreaterThanOrEqual(handedOut);
				if (prefix === smallest) return;
				for (let range = prefix + 2; range <= 30; range++) {
					const half = roomAt(prefix + 1, range);
					expect(half.fixed < fixed || half.handedOut < handedOut).toBe(true);
				}
			}),
		);
	});

	it('leave the engine less than half where services need more', () => {
		expect(sizeFor({fixed: 20, handedOut: 20}, 26)).toEqual({prefix: 26, rangePrefix: 27});
		expect(sizeFor({fixed: 170, handedOut: 40}, 26)).toEqual({prefix: 24, rangePrefix: 26});
		expect(sizeFor({fixed: 10, handedOut: 170}, 26)).toEqual({prefix: 23, rangePrefix: 24});
	});
});
