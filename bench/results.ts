import {appendFileSync, existsSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Timing} from './measure.ts';

/** The tables that a bar refers to. */
export type TableId =
	| 'apply-resources'
	| 'apply-services'
	| 'build'
	| 'dashboard'
	| 'destroy'
	| 'flood'
	| 'growth-apply'
	| 'growth-commands'
	| 'plan-20'
	| 'plan-100'
	| 'ssh-build'
	| 'ssh-calls'
	| 'ssh-plan'
	| 'switch';

/** One row of a table: a figure of every round, in the table's unit, and peak memory in MB. */
export type Result = {
	readonly table: TableId;
	readonly row: string;
	readonly values: readonly number[];
	readonly peaks: readonly number[];
};

const path = process.env['BENCH_RESULTS'] || join(tmpdir(), 'compartment-bench-results.jsonl');

/** Keeps rows for the summary, also of later processes. */
export function record(results: readonly Result[]): void {
	for (const result of results) appendFileSync(path, `${JSON.stringify(result)}\n`);
}

export const recordTimings = (table: TableId, timings: readonly Timing[]): void =>
	record(timings.map(({name, times, peaks}) => ({table, row: name, values: times, peaks})));

/** Forgets all rows, before a whole run. */
export const forgetResults = (): void => rmSync(path, {force: true});

/** All rows that were kept, oldest first. A row may be there several times. */
export const readResults = (): Result[] =>
	existsSync(path)
		? readFileSync(path, 'utf8')
				.split('\n')
				.filter(line => line !== '')
				.map(line => JSON.parse(line) as Result)
		: [];
