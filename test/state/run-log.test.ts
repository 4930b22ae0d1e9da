import {existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {writeHashCache} from '../../source/build/hash-cache.ts';
import {writeManifest} from '../../source/build/manifest-file.ts';
import {newId} from '../../source/model/ids.ts';
import {fileError} from '../../source/state/private-file.ts';
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

test('the fifty newest logs of each kind are kept, so that a job that often runs leaves those of applies', async () => {
	const apply = await writeLog('run', 1000);
	const backup = await writeLog('rbak', 2000);
	const jobs: string[] = [];
	for (let number = 3; number < 63; number++) jobs.push(await writeLog('job', 1000 * number));
	expect(listRuns(directory)).toEqual([...jobs.slice(10).reverse(), backup, apply]);
	expect(readRunLog(directory, apply)).toEqual([{at: 1000}]);
	expect(readRunLog(directory, jobs[9]!)).toBeUndefined();
});

test('a log that is written as a whole replaces what an interrupted agent wrote', async () => {
	const run = newId('job', 1000);
	for (const text of ['half', 'whole']) {
		const log = openRunLog(directory, run, {isWhole: true});
		log.write({text});
		await log.close();
	}
	expect(readRunLog(directory, run)).toEqual([{text: 'whole'}]);
});

test('old logs are deleted when all logs are too large, and when the disk is full', async () => {
	const old = await writeLog('run', 1000);
	const middle = await writeLog('run', 2000);
	truncateSync(join(directory, 'runs', `${old}.ndjson`), 60 * 1024 * 1024);
	truncateSync(join(directory, 'runs', `${middle}.ndjson`), 30 * 1024 * 1024);
	const newest = await writeLog('run', 3000);
	expect(listRuns(directory)).toEqual([newest, middle]);
	if (!existsSync('/dev/full')) return;
	const run = newId('run', 4000);
	symlinkSync('/dev/full', join(directory, 'runs', `${run}.ndjson`));
	const log = openRunLog(directory, run);
	log.write({at: 1});
	await vi.waitUntil(() => listRuns(directory).length === 1);
	expect(listRuns(directory)).toEqual([run]);
	await log.close();
});

test('the error of a full disk names the biggest file and what it is', async () => {
	const environment = join(directory, '.compartment', 'production');
	mkdirSync(join(environment, 'runs'), {recursive: true});
	writeFileSync(join(environment, 'runs', 'run_1.ndjson'), '');
	truncateSync(join(environment, 'runs', 'run_1.ndjson'), 12_000_000);
	const full = Object.assign(new Error('full'), {code: 'ENOSPC'});
	expect(fileError('write', join(environment, 'state.json'), full)).toMatchObject({
		message: `Cannot write ${join(environment, 'state.json')}: no space is left on the device`,
		hint: `Free some space and run the command again. Compartment's biggest file here is ${join(environment, 'runs', 'run_1.ndjson')}, 12 MB, an apply log, which you can delete.`,
	});
	expect(fileError('write', '/elsewhere', full).hint).toBe('Free some space and run the command again.');
});

test('a cache that cannot be written does not fail the command', async () => {
	const inTheWay = join(directory, 'file');
	writeFileSync(inTheWay, '');
	await writeHashCache(join(inTheWay, 'cache.json'), directory, []);
	const inputs = {builder: 'x', dockerfile: '', target: null, args: {}, bases: {}};
	await writeManifest(join(inTheWay, 'manifest.json'), {inputs, files: new Map()});
});
