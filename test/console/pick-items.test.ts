import fc from 'fast-check';
import {expect, test} from 'vitest';
import {parsePick} from '../../source/console/pick-items.ts';

test.each([
	['y', [1, 2, 3, 4, 5]],
	['ALL', [1, 2, 3, 4, 5]],
	['', []],
	['n', []],
	['2', [2]],
	['1,3-4', [1, 3, 4]],
	['5 1', [1, 5]],
	['0', undefined],
	['6', undefined],
	['4-3', undefined],
	['1-99999999', undefined],
	['maybe', undefined],
])('the answer "%s" is %j', (answer, picked) => {
	expect(parsePick(answer, 5)).toEqual(picked);
});

test('no answer picks what is not in the list', () => {
	fc.assert(
		fc.property(fc.stringMatching(/^[\d, -]{0,20}$/), fc.nat(30), (answer, count) => {
			const picked = parsePick(answer.trim(), count) ?? [];
			expect(picked.every(number => number >= 1 && number <= count)).toBe(true);
			expect(new Set(picked).size).toBe(picked.length);
		}),
	);
});
