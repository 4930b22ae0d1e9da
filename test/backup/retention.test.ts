import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {expiredBackups} from '../../source/backup/retention.ts';
import type {Backup} from '../../source/state/backup.ts';

type Candidate = Pick<Backup, 'id' | 'purpose' | 'status' | 'createdAt'>;

const now = new Date('2026-03-31T12:00:00Z');
const dayMs = 86_400_000;

/** `s0` is a scheduled backup of today, `m3` a manual one of three days ago, `p1!` a failed pre-restore one. */
const purposes = {s: 'scheduled', m: 'manual', p: 'pre_restore'} as const;
const backup = (text: string): Candidate => ({
	id: text,
	purpose: purposes[text[0] as 's' | 'm' | 'p'],
	status: text.endsWith('!') ? 'failed' : 'succeeded',
	createdAt: new Date(now.getTime() - Number.parseFloat(text.slice(1)) * dayMs).toISOString(),
});
const expired = (texts: string, retention: Parameters<typeof expiredBackups>[1]) =>
	expiredBackups(texts.split(' ').map(backup), retention, now).map(({id, reason}) => `${id}: ${reason}`);

describe('keepLast', () => {
	it('keeps the newest backups', () => {
		expect(expired('s3 s1 s0 s2', {keepLast: 2})).toEqual(['s2: retention keepLast=2', 's3: retention keepLast=2']);
	});

	it('counts only successful scheduled backups', () => {
		expect(expired('s0 s1! m1.5 p1.6 s2 s3', {keepLast: 2})).toEqual(['s3: retention keepLast=2']);
	});

	it('counts manual backups when they are included', () => {
		expect(expired('s0 m1 s2 m3 p4', {keepLast: 2, includeManual: true})).toEqual([
			's2: retention keepLast=2',
			'm3: retention keepLast=2',
		]);
	});
});

describe('maxAgeDays', () => {
	it('deletes older backups', () => {
		expect(expired('s0 s6.9 s7.1 m30', {maxAgeDays: 7})).toEqual(['s7.1: retention maxAgeDays=7']);
	});

	it('is the reason when keepLast applies too', () => {
		expect(expired('s0 s1 s2 s8 s9', {keepLast: 2, maxAgeDays: 7})).toEqual([
			's2: retention keepLast=2',
			's8: retention maxAgeDays=7',
			's9: retention maxAgeDays=7',
		]);
	});
});

describe('the newest successful backup', () => {
	it('is kept, however old it is', () => {
		expect(expired('s30 s40 s20!', {maxAgeDays: 7})).toEqual(['s40: retention maxAgeDays=7']);
	});

	it('may be a manual one, so that scheduled ones are deleted', () => {
		expect(expired('m20 s30', {maxAgeDays: 7})).toEqual(['s30: retention maxAgeDays=7']);
		expect(expired('m20 s30', {maxAgeDays: 7, includeManual: true})).toEqual(['s30: retention maxAgeDays=7']);
	});

	it('is never a backup that a restore made before it began', () => {
		expect(expired('p1 s30', {maxAgeDays: 7})).toEqual([]);
	});

	it('is kept under every retention', () => {
		const any = fc.record({
			kind: fc.constantFrom('s', 'm', 'p'),
			age: fc.double({min: 0, max: 100, noNaN: true}),
			isGood: fc.boolean(),
		});
		const limits = fc.record(
			{keepLast: fc.integer({min: 1, max: 5}), maxAgeDays: fc.integer({min: 1, max: 60}), includeManual: fc.boolean()},
			{requiredKeys: []},
		);
		fc.assert(
			fc.property(fc.array(any, {maxLength: 20}), limits, (list, retention) => {
				const backups = list.map(({kind, age, isGood}, index) => ({
					...backup(`${kind}${age}${isGood ? '' : '!'}`),
					id: `rbak_${index}`,
				}));
				const gone = new Set(expiredBackups(backups, retention, now).map(({id}) => id));
				const good = backups.filter(({status, purpose}) => status === 'succeeded' && purpose !== 'pre_restore');
				for (const {id, status, purpose} of backups)
					if (gone.has(id)) {
						expect(status).toBe('succeeded');
						expect(purpose).not.toBe('pre_restore');
						expect(purpose === 'scheduled' || retention.includeManual).toBe(true);
					}
				if (good.length === 0) return;
				const newest = Math.max(...good.map(({createdAt}) => Date.parse(createdAt)));
				expect(good.some(({id, createdAt}) => Date.parse(createdAt) === newest && !gone.has(id))).toBe(true);
			}),
		);
	});
});
