import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {Schedule} from '../../source/descriptor/project.ts';
import {describeSchedule} from '../../source/descriptor/schedules.ts';
import {lookAhead, occurrencesAround, type TimeRange, withRange} from '../../source/model/schedule.ts';

const at = (text: string): number => Date.parse(text.includes('T') ? text : `2026-03-02T${text}Z`);
const minutes = (count: number) => count * 60_000;
const hours = (count: number) => minutes(60 * count);
const once = (...times: readonly string[]): TimeRange[] => times.map(text => ({from: at(text), to: at(text)}));

const dueAt = (schedule: Schedule, ran: readonly TimeRange[], now: string, since?: string) =>
	lookAhead(schedule, {ran, ...(since === undefined ? {} : {since: at(since)})}, at(now)).due;

describe('an interval', () => {
	it('is due if it never ran', () => {
		expect(dueAt({interval: 'hourly'}, [], '12:00:00')).toBe(at('12:00:00'));
		expect(dueAt({interval: 'daily'}, [], '12:00:00')).toBe(at('12:00:00'));
	});

	it.each([
		['hourly', '11:00:00', '11:59:59.999', false],
		['hourly', '11:00:00', '12:00:00', true],
		['hourly', '11:00:00', '2026-03-09T12:00:00Z', true],
		['daily', '2026-03-01T12:00:00Z', '11:59:59', false],
		['daily', '2026-03-01T12:00:00Z', '12:00:00', true],
	] as const)('%s counts from the last start: %s, at %s → %s', (interval, last, now, isWanted) => {
		expect(dueAt({interval}, once(last), now) !== undefined).toBe(isWanted);
	});

	it('has a next run', () => {
		const hourly = {interval: 'hourly'} as const;
		expect(lookAhead(hourly, {ran: once('11:10:00')}, at('11:30:00'))).toEqual({due: undefined, next: at('12:10:00')});
		expect(lookAhead(hourly, {ran: once('09:00:00')}, at('11:30:00'))).toEqual({
			due: at('11:30:00'),
			next: at('12:30:00'),
		});
	});

	it('counts from the start before now when the clock was set back', () => {
		const ran = once('10:00:00', '11:00:00', '2026-03-03T11:30:00Z');
		expect(dueAt({interval: 'hourly'}, ran, '11:59:00')).toBeUndefined();
		expect(dueAt({interval: 'hourly'}, ran, '12:00:00')).toBe(at('12:00:00'));
	});
});

describe('a cron schedule', () => {
	const cron = '0 2 * * *';

	it.each([
		['01:59:59', false],
		['02:00:00', true],
		['02:05:00', true],
		['02:05:01', false],
		['14:00:00', false],
	])('that never ran is first due at an occurrence of the last five minutes: at %s → %s', (now, isWanted) => {
		expect(dueAt({cron}, [], now)).toBe(isWanted ? at('02:00:00') : undefined);
	});

	it('makes up for what was missed since an agent first saw it', () => {
		expect(dueAt({cron}, [], '14:00:00', '01:00:00')).toBe(at('02:00:00'));
		expect(dueAt({cron}, [], '14:00:00', '02:00:01')).toBeUndefined();
		expect(dueAt({cron}, once('2026-02-20T02:00:00Z'), '14:00:00', '02:00:01')).toBeUndefined();
	});

	it('is due once for each occurrence', () => {
		const yesterday = once('2026-03-01T02:00:10Z');
		expect(dueAt({cron}, yesterday, '01:59:59')).toBeUndefined();
		expect(dueAt({cron}, yesterday, '02:00:00')).toBe(at('02:00:00'));
		expect(dueAt({cron}, once('02:00:00'), '02:00:30')).toBeUndefined();
		expect(dueAt({cron}, once('02:00:10'), '02:10:00')).toBeUndefined();
	});

	it('is due once after any number of missed occurrences', () => {
		const now = '2026-03-20T15:00:00Z';
		expect(dueAt({cron}, once('02:00:00'), now)).toBe(at('2026-03-20T02:00:00Z'));
		expect(dueAt({cron}, once('02:00:00', now), '2026-03-20T15:05:00Z')).toBeUndefined();
	});

	it('runs what is still to come after a clock that was ahead by a day is corrected, and nothing twice', () => {
		const hourly = {cron: '0 * * * *'};
		const ahead = [{from: at('2026-02-01T00:00:00Z'), to: at('10:00:00')}, ...once('2026-03-03T10:00:00Z')];
		expect(dueAt(hourly, ahead, '10:05:00')).toBeUndefined();
		expect(dueAt(hourly, ahead, '11:00:00')).toBe(at('11:00:00'));
		expect(dueAt(hourly, ahead, '2026-03-03T10:00:00Z')).toBeUndefined();
		// Its record began while the clock was ahead.
		expect(dueAt(hourly, once('2026-03-03T10:00:00Z'), '11:00:00', '2026-03-03T09:30:00Z')).toBe(at('11:00:00'));
	});

	it('repeats nothing when the clock is set back by a day', () => {
		const hourly = {cron: '0 * * * *'};
		const ran = [{from: at('2026-02-01T00:00:00Z'), to: at('2026-03-03T10:00:00Z')}];
		expect(dueAt(hourly, ran, '2026-03-02T11:00:00Z')).toBeUndefined();
		expect(dueAt(hourly, ran, '2026-03-03T11:00:00Z')).toBe(at('2026-03-03T11:00:00Z'));
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
	])('%s has its next occurrence after %s at %s, and that is the latest at its time', (expression, after, expected) => {
		expect(occurrencesAround(expression, at(after)).next).toBe(at(expected));
		expect(occurrencesAround(expression, at(expected)).latest).toBe(at(expected));
		expect(occurrencesAround(expression, at(expected) - 1).latest).not.toBe(at(expected));
	});

	it('is evaluated in UTC, even when local clocks change', () => {
		const {TZ} = process.env;
		process.env['TZ'] = 'Europe/Berlin';
		try {
			const next = (text: string) => occurrencesAround('30 2 * * *', at(text)).next;
			expect(next('2026-03-29T00:00:00Z')).toBe(at('2026-03-29T02:30:00Z'));
			expect(next('2026-10-25T02:30:00Z')).toBe(at('2026-10-26T02:30:00Z'));
		} finally {
			if (TZ === undefined) delete process.env['TZ'];
			else process.env['TZ'] = TZ;
		}
	});

	it('is due exactly once per occurrence when checked every minute, and its history stays one range', () => {
		fc.assert(
			fc.property(fc.integer({min: 0, max: 525_600}), fc.integer({min: 1, max: 30}), (offset, step) => {
				const schedule = {cron: `*/${step} * * * *`};
				const start = at('2026-01-01T00:00:00Z') + minutes(offset);
				let ran: readonly TimeRange[] = [];
				const due: number[] = [];
				const occurrences: number[] = [];
				for (let minute = 0; minute < 120; minute++) {
					const now = start + minutes(minute) + 1000;
					if (new Date(now).getUTCMinutes() % step === 0) occurrences.push(start + minutes(minute));
					const found = lookAhead(schedule, {ran, since: start}, now).due;
					if (found === undefined) continue;
					due.push(found);
					ran = withRange(schedule, ran, found);
				}
				expect(due).toEqual(occurrences);
				expect(ran.length).toBe(Math.min(1, occurrences.length));
			}),
			{numRuns: 60},
		);
	});
});

describe('what is remembered of runs', () => {
	const hourly = {cron: '0 * * * *'};

	it('joins occurrences in a row, in whatever order they ran', () => {
		const ran = ['08:00:00', '11:00:00', '09:00:00', '10:00:00'].reduce<readonly TimeRange[]>(
			(ranges, text) => withRange(hourly, ranges, at(text)),
			[],
		);
		expect(ran).toEqual([{from: at('08:00:00'), to: at('11:00:00')}]);
	});

	it('keeps apart what a missed occurrence separates, and the starts of an interval', () => {
		const ran = withRange(hourly, once('08:00:00'), at('10:00:00'));
		expect(ran).toEqual(once('08:00:00', '10:00:00'));
		expect(withRange({interval: 'hourly'}, once('08:00:00'), at('09:00:30'))).toEqual(once('08:00:00', '09:00:30'));
	});

	it('is bounded', () => {
		let ran: readonly TimeRange[] = [];
		for (let index = 0; index < 200; index++) ran = withRange(hourly, ran, hours(2 * index));
		expect(ran).toHaveLength(50);
		expect(ran.at(-1)?.to).toBe(hours(398));
	});
});

it('a schedule is described by its interval or cron expression', () => {
	expect(describeSchedule({interval: 'daily'})).toBe('daily');
	expect(describeSchedule({cron: '0 2 * * 1'})).toBe('cron 0 2 * * 1');
});
