import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {canonicalJson, checksumOf} from '../../source/model/canonical.ts';

const turned = (value: unknown): unknown => {
	if (Array.isArray(value)) return value.map(turned);
	if (typeof value !== 'object' || value === null) return value;
	const entries = Object.entries(value).reverse();
	return Object.fromEntries(entries.map(([key, each]) => [key, turned(each)]));
};

describe('canonicalJson', () => {
	it('does not depend on the order of keys, and loses nothing', () => {
		fc.assert(
			fc.property(fc.jsonValue(), value => {
				const plain = JSON.parse(JSON.stringify(value));
				expect(canonicalJson(turned(plain))).toBe(canonicalJson(plain));
				expect(JSON.parse(canonicalJson(plain))).toEqual(plain);
			}),
		);
	});

	it('sorts keys, omits undefined, and treats __proto__ as a key', () => {
		expect(canonicalJson({b: 1, a: {d: undefined, c: [2, {f: 3, e: 4}]}})).toBe('{"a":{"c":[2,{"e":4,"f":3}]},"b":1}');
		expect(canonicalJson(JSON.parse('{"__proto__":{"x":1},"a":2}'))).toBe('{"__proto__":{"x":1},"a":2}');
		expect(checksumOf({a: 1, b: 2})).toBe(checksumOf({b: 2, a: 1}));
		expect(checksumOf({a: 1})).not.toBe(checksumOf({a: 2}));
	});
});
