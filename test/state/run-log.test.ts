import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {newId} from '../../source/model/ids.ts';
import {listRuns, openRunLog, readRunLog} from '../../source/state/run-log.ts';

let directory: string;

beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), 'compartment-runs-'));
});

afterEach(() => rmSync(directory, {recursive: true, force: true}));

async function writeLog(prefix: 'run' | 'job' | 'rbak', at: number): Promise<string> {
	const run = newId(prefix, at);
	const log = openRunLog(directory, run);
	log.write({at});
	await log.close();
	return run;
}

test('the fifty newest logs are kept, whatever they are of', async () => {
	const prefixes = ['run', 'job', 'rbak'] as const;
	const written: string[] = [];
	for (let number = 0; number < 60; number++) written.push(await writeLog(prefixes[number % 3]!, 1000 * number));
	expect(listRuns(directory)).toEqual(written.slice(10).reverse());
	expect(readRunLog(directory, written[59]!)).toEqual([{at: 59_000}]);
	expect(readRunLog(directory, written[9]!)).toBeUndefined();
});
