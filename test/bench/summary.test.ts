import {describe, expect, it} from 'vitest';
import {type Bar, bars} from '../../bench/bars.ts';
import type {Result} from '../../bench/results.ts';
import {summarise} from '../../bench/summary.ts';

const ours = {table: 'plan-20', row: 'ours'} as const;
const theirs = {table: 'plan-20', row: 'theirs'} as const;

const ratio: Bar = {work: 'a plan', type: 'ratio', ours, theirs, called: 'theirs', most: 0.8};
const limit = (by: 'median' | 'worst', of: 'values' | 'peaks' = 'values'): Bar => ({
	work: 'a wait',
	type: 'limit',
	...{ours, of, below: 150, unit: 'ms', by},
});
const flat: Bar = {work: 'memory stays flat', type: 'flat', ours, growth: 1.1};

const result = (row: string, values: readonly number[], peaks: readonly number[] = []): Result => ({
	...{table: 'plan-20', row, values, peaks},
});

/** The cells after the bar's text. */
const cellsOf = (bar: Bar, ...results: readonly Result[]): string[] =>
	summarise([bar], results)
		.split('\n')[2]!
		.split('|')
		.slice(3, 6)
		.map(cell => cell.trim());

describe('the summary', () => {
	it('gives the ratio of the minima and that of the medians', () => {
		const reference = result('theirs', [100, 110, 200]);
		expect(cellsOf(ratio, result('ours', [60, 88, 300]), reference)).toEqual(['0.60', '0.80', 'ahead']);
		expect(cellsOf(ratio, result('ours', [90, 110, 300]), reference)).toEqual(['0.90', '1.00', 'behind']);
	});

	it('says so when only one of the ratios reaches the bar', () => {
		const reference = result('theirs', [100, 110, 200]);
		expect(cellsOf(ratio, result('ours', [70, 110, 300]), reference)[2]).toBe('behind, ahead by minima');
		expect(cellsOf(ratio, result('ours', [85, 85, 300]), reference)[2]).toBe('behind, ahead by medians');
	});

	it('judges a limit by the median or by the worst figure', () => {
		const mixed = result('ours', [100, 140, 160], [10, 20, 30]);
		expect(cellsOf(limit('median'), mixed)).toEqual(['100 ms', '140 ms', 'ahead']);
		expect(cellsOf(limit('worst'), mixed)).toEqual(['-', '160 ms', 'behind']);
		expect(cellsOf(limit('median', 'peaks'), mixed)).toEqual(['10 ms', '20 ms', 'ahead']);
		expect(cellsOf(limit('median'), result('ours', [150]))[2]).toBe('behind');
	});

	it('compares the halves of what should stay flat', () => {
		expect(cellsOf(flat, result('ours', [100, 150, 160, 155]))).toEqual(['-', '1.07', 'ahead']);
		expect(cellsOf(flat, result('ours', [100, 150, 160, 170]))).toEqual(['-', '1.13', 'behind']);
	});

	it('counts the last measurement of a row', () => {
		expect(cellsOf(limit('median'), result('ours', [10]), result('ours', [200]))).toEqual([
			'200 ms',
			'200 ms',
			'behind',
		]);
	});

	it('names what was not measured', () => {
		const nothing = ['-', '-', 'not measured'];
		expect(cellsOf(ratio, result('ours', [1]))).toEqual(nothing);
		expect(cellsOf(limit('median', 'peaks'), result('ours', [1]))).toEqual(nothing);
		expect(cellsOf(flat, result('ours', [1]))).toEqual(nothing);
	});

	it('has a line for each bar, with what it takes to be ahead', () => {
		const lines = summarise(bars, []).split('\n');
		expect(lines).toHaveLength(bars.length + 2);
		expect(new Set(bars.map(({work}) => work)).size).toBe(bars.length);
		expect(lines.find(line => line.includes('1,000 objects on the memory engine'))).toContain(
			'≤ 12 × processor time of 100',
		);
		expect(lines.find(line => line.includes('ready to traffic '))).toContain('< 150 ms');
	});
});
