import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {isDue, nextOccurrence, nextRun} from '../../source/backup/schedule.ts';
import {describeSchedule} from '../../source/descriptor/schedules.ts';

const at = (text: string) => new Date(text.includes('T') ? text : `2026-03-02T${text}Z`);
const minutes = (count: number) => count * 60_000;

describe('an interval', () => {
	it('is due if it never ran', () => {
		expect(isDue({interval: 'hourly'}, null, at('12:00:00'))).toBe(true);
		expect(isDue({interval: 'daily'}, null, at('12:00:00'))).toBe(true);
	});

	it.each([
		['hourly', '11:00:00', '11:59:59.999', false],
		['hourly', '11:00:00', '12:00:00', true],
		['hourly', '11:00:00', '2026-03-09T12:00:00Z', true],
		['daily', '2026-03-01T12:00:00Z', '11:59:59', false],
		['daily', '2026-03-01T12:00:00Z', '12:00:00', true],
	] as const)('%s counts from the last start: %s, at %s → %s', (interval, last, now, isWanted) => {
		expect(isDue({interval}, at(last), at(now))).toBe(isWanted);
	});

	it('has a next run', () => {
		expect(nextRun({interval: 'hourly'}, at('11:10:00'), at('11:30:00'))).toEqual(at('12:10:00'));
		expect(nextRun({interval: 'hourly'}, at('09:00:00'), at('11:30:00'))).toEqual(at('11:30:00'));
	});
});

describe('a cron schedule', () => {
	const cron = '0 2 * * *';

	it('is first due at an occurrence less than five minutes ago', () => {
		expect(isDue({cron}, null, at('01:59:59'))).toBe(false);
		expect(isDue({cron}, null, at('02:00:00'))).toBe(true);
		expect(isDue({cron}, null, at('02:04:59'))).toBe(true);
		expect(isDue({cron}, null, at('02:05:00'))).toBe(false);
		expect(isDue({cron}, null, at('14:00:00'))).toBe(false);
	});

	it('is due once for each occurrence', () => {
		expect(isDue({cron}, at('2026-03-01T02:00:10Z'), at('01:59:59'))).toBe(false);
		expect(isDue({cron}, at('2026-03-01T02:00:10Z'), at('02:00:00'))).toBe(true);
		expect(isDue({cron}, at('02:00:00'), at('02:00:30'))).toBe(false);
		expect(isDue({cron}, at('02:00:10'), at('02:10:00'))).toBe(false);
	});

	it('is due once after any number of missed occurrences', () => {
		const now = at('2026-03-20T15:00:00Z');
		expect(isDue({cron}, at('02:00:00'), now)).toBe(true);
		expect(isDue({cron}, now, new Date(now.getTime() + minutes(5)))).toBe(false);
	});

	it.each([
		['*/15 * * * *', '2026-03-02T10:07:00Z', '2026-03-02T10:15:00Z'],
		['0 2 * * 1', '2026-03-03T00:00:00Z', '2026-03-09T02:00:00Z'],
		['0 2 1 * *', '2026-03-02T00:00:00Z', '2026-04-01T02:00:00Z'],
		['30 1,3-5 * jan MON-fri', '2026-01-02T05:30:00Z', '2026-01-05T01:30:00Z'],
		['0 0 * * 7', '2026-03-02T00:00:00Z', '2026-03-08T00:00:00Z'],
		// If both day fields are restricted, either one is enough.
		['0 0 13 * 5', '2026-03-07T00:00:00Z', '2026-03-13T00:00:00Z'],
		['0 0 10 * 5', '2026-03-07T00:00:00Z', '2026-03-10T00:00:00Z'],
		['0 0 29 2 *', '2026-03-02T00:00:00Z', '2028-02-29T00:00:00Z'],
		// A step may begin anywhere, as in any cron.
		['10/20 * * * *', '2026-03-02T10:11:00Z', '2026-03-02T10:30:00Z'],
	])('%s has its next occurrence after %s at %s', (expression, after, expected) => {
		expect(nextOccurrence(expression, at(after))).toEqual(at(expected));
	});

	it('is evaluated in UTC, even when local clocks change', () => {
		const {TZ} = process.env;
		process.env['TZ'] = 'Europe/Berlin';
		try {
			expect(nextOccurrence('30 2 * * *', at('2026-03-29T00:00:00Z'))).toEqual(at('2026-03-29T02:30:00Z'));
			expect(nextOccurrence('30 2 * * *', at('2026-10-25T02:30:00Z'))).toEqual(at('2026-10-26T02:30:00Z'));
		} finally {
			if (TZ === undefined) delete process.env['TZ'];
			else process.env['TZ'] = TZ;
		}
	});

	it('is due exactly once per occurrence when checked every minute', () => {
		fc.assert(
			fc.property(fc.integer({min: 0, max: 525_600}), fc.integer({min: 1, max: 30}), (offset, step) => {
				const expression = `*/${step} * * * *`;
				let last: Date | null = null;
				let runs = 0;
				const start = Date.parse('2026-01-01T00:00:00Z') + minutes(offset);
				for (let minute = 0; minute < 120; minute++) {
					const now = new Date(start + minutes(minute) + 1000);
					if (!isDue({cron: expression}, last, now)) continue;
					last = now;
					runs++;
				}
				const occurrences = Array.from({length: 120}, (_, minute) =>
					new Date(start + minutes(minute)).getUTCMinutes(),
				).filter(minute => minute % step === 0).length;
				// The first run may belong to an earlier occurrence.
				expect(runs - occurrences).toBeGreaterThanOrEqual(0);
				expect(runs - occurrences).toBeLessThanOrEqual(1);
			}),
			{numRuns: 60},
		);
	});
});

it('a schedule is described by its interval or cron expression', () => {
	expect(describeSchedule({interval: 'daily'})).toBe('daily');
	expect(describeSchedule({cron: '0 2 * * 1'})).toBe('cron 0 2 * * 1');
});
