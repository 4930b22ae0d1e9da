import {appendFileSync, mkdirSync, readdirSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {resetFailpoints} from '../../source/failpoints.ts';
import {appendAudit, readAudit} from '../../source/state/audit.ts';
import {environmentDirectory} from './fixtures.ts';

const entry = {type: 'variable.changed', status: 'succeeded', target: 'service.web', details: {key: 'TOKEN'}} as const;

describe('the audit file', () => {
	beforeEach(resetFailpoints);
	afterEach(() => {
		delete process.env['COMPARTMENT_FAILPOINT'];
	});

	it('is private and gets one line for each entry', () => {
		const directory = environmentDirectory();
		expect(readAudit(directory)).toEqual([]);
		expect(appendAudit(directory, entry)).toBeUndefined();
		expect(appendAudit(directory, {...entry, target: 'line\nbreak'})).toBeUndefined();
		expect(readAudit(directory)).toEqual([
			{...entry, at: expect.stringMatching(/^20.*Z$/)},
			{...entry, target: 'line\nbreak', at: expect.any(String)},
		]);
		expect(statSync(join(directory, 'audit.ndjson')).mode & 0o777).toBe(0o600);
	});

	it('loses only the line that a crash cut off', () => {
		const directory = environmentDirectory();
		appendAudit(directory, entry);
		appendFileSync(join(directory, 'audit.ndjson'), '{"at":"20');
		appendAudit(directory, {...entry, target: 'routes'});
		expect(readAudit(directory).map(({target}) => target)).toEqual(['service.web', 'routes']);
	});

	it('keeps two to four megabytes of the newest entries', () => {
		const directory = environmentDirectory();
		const path = join(directory, 'audit.ndjson');
		const line = (target: string) => `${JSON.stringify({...entry, target, details: {key: 'x'.repeat(1000)}})}\n`;
		for (const target of ['first', 'second', 'third']) {
			writeFileSync(path, line(target).repeat(2000));
			appendAudit(directory, entry);
			expect(statSync(path).size).toBeLessThan(1000);
		}
		expect(readdirSync(directory).sort()).toEqual(['audit.ndjson', 'audit.older.ndjson']);
		expect(readAudit(directory).map(({target}) => target)).toEqual([...Array(2000).fill('third'), 'service.web']);
	});

	it('gives a warning, not an error, when a write fails', () => {
		const directory = environmentDirectory();
		process.env['COMPARTMENT_FAILPOINT'] = 'audit.before-append:enospc';
		expect(appendAudit(directory, entry)).toMatch(/audit entry was not written\..*no space is left on the device/);
		expect(appendAudit(directory, entry)).toBeUndefined();
		const other = environmentDirectory();
		mkdirSync(join(other, 'audit.ndjson'));
		expect(appendAudit(other, entry)).toMatch(/audit entry was not written/);
	});
});
