import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, it, vi} from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'compartment-results-'));
vi.stubEnv('BENCH_RESULTS', join(folder, 'results.jsonl'));
const {forgetResults, readResults, recordTimings} = await import('../../bench/results.ts');

afterAll(() => rmSync(folder, {recursive: true, force: true}));

it('keeps the rows of several benchmarks until a whole run begins', () => {
	expect(readResults()).toEqual([]);
	recordTimings('destroy', [{name: 'ours', times: [1.5, 2], peaks: [80]}]);
	recordTimings('build', [{name: 'theirs', times: [3], peaks: []}]);
	expect(readResults()).toEqual([
		{table: 'destroy', row: 'ours', values: [1.5, 2], peaks: [80]},
		{table: 'build', row: 'theirs', values: [3], peaks: []},
	]);
	forgetResults();
	expect(readResults()).toEqual([]);
});
