import {expect, it} from 'vitest';
import {table} from '../../bench/report.ts';

const reference = {name: 'peer', times: [100, 200, 300], peaks: [50]};

it('gives ratios of the medians, and of the minima in parentheses', () => {
	expect(table([{name: 'ours', times: [90, 100, 400], peaks: [80, 70.4, 60]}, reference], ['peer', 'absent'])).toBe(
		[
			'| command | median ms |  min | max | peak MB |      × peer |',
			'| ---     |       --: |  --: | --: |     --: |         --: |',
			'| ours    |       100 | 90.0 | 400 |      70 | 0.50 (0.90) |',
			'| peer    |       200 |  100 | 300 |      50 | 1.00 (1.00) |',
		].join('\n'),
	);
});

it('has no column for memory where none was measured', () => {
	expect(table([{...reference, peaks: []}], [])).not.toContain('peak');
});
