import fc from 'fast-check';
import {expect, test} from 'vitest';
import {createDebounce} from '../../source/dev/debounce.ts';
import {createManualTimers} from './manual-timers.ts';

function begin() {
	const {timers, advance} = createManualTimers();
	const ends: number[] = [];
	const debounce = createDebounce({timers, onQuiet: () => ends.push(timers.now())});
	return {debounce, advance, ends};
}

test('a burst ends when nothing has happened for 150 ms', () => {
	const {debounce, advance, ends} = begin();
	debounce.note();
	advance(100);
	debounce.note();
	advance(149);
	expect(ends).toEqual([]);
	advance(1);
	expect(ends).toEqual([250]);
	advance(10_000);
	expect(ends).toEqual([250]);
});

test('a burst that does not rest ends after a second and a half, and another one begins', () => {
	const {debounce, advance, ends} = begin();
	for (let step = 0; step < 40; step++) {
		debounce.note();
		advance(100);
	}
	expect(ends).toEqual([1500, 3000]);
	advance(1000);
	expect(ends).toEqual([1500, 3000, 4050]);
});

test('after a stop nothing is reported', () => {
	const {debounce, advance, ends} = begin();
	debounce.note();
	debounce.stop();
	advance(5000);
	expect(ends).toEqual([]);
});

test('every change is followed by an end within a second and a half, and there is no end without a change', () => {
	fc.assert(
		fc.property(fc.array(fc.nat(700), {minLength: 1, maxLength: 60}), pauses => {
			const {debounce, advance, ends} = begin();
			let now = 0;
			const changes = pauses.map(pause => {
				advance(pause);
				now += pause;
				debounce.note();
				return now;
			});
			advance(5000);
			for (const change of changes) expect(ends.some(end => end >= change && end <= change + 1500)).toBe(true);
			expect(ends.length).toBeLessThanOrEqual(changes.length);
		}),
	);
});
