import {describe, expect, it} from 'vitest';
import {pendingCopy} from '../../source/backup/pending-copy.ts';
import type {Backup, BackupCopy} from '../../source/state/backup.ts';
import {newState} from '../../source/state/store.ts';
import {backupRecord} from './backup-record.ts';

const now = Date.parse('2026-01-02T00:00:00Z');
const minute = 60_000;

const copy = (changes: Partial<BackupCopy>): BackupCopy => ({
	...{
		store: 'offsite',
		status: 'failed',
		at: new Date(now).toISOString(),
		size: null,
		failureSummary: 'no',
		attempts: 1,
	},
	...changes,
});

const scheduled = (id: string, changes: Partial<Backup> = {}): Backup =>
	backupRecord({id, purpose: 'scheduled', status: 'succeeded', ...changes});

const stateOf = (backups: readonly Backup[]) => ({...newState({project: 'shop', environment: 'production'}), backups});

const pending = (backups: readonly Backup[], at = now) => pendingCopy(stateOf(backups), 'db', 'offsite', at);

describe('the copy that a schedule still owes its store', () => {
	it('is that of the newest good scheduled backup', () => {
		const backups = [
			scheduled('rbak_1'),
			scheduled('rbak_2'),
			scheduled('rbak_3', {status: 'failed'}),
			scheduled('rbak_4', {purpose: 'manual'}),
			scheduled('rbak_5', {resource: 'other'}),
		];
		expect(pending(backups)).toEqual({id: 'rbak_2', at: now});
		expect(pendingCopy(stateOf(backups), 'db', undefined, now)).toBeUndefined();
		expect(pending([])).toBeUndefined();
	});

	it('is none once it is stored there, or was deleted there', () => {
		for (const status of ['stored', 'deleted'] as const)
			expect(pending([scheduled('rbak_1'), scheduled('rbak_2', {copies: [copy({status})]})])).toBeUndefined();
		expect(pending([scheduled('rbak_1', {copies: [copy({status: 'stored', store: 'other'})]})])).toMatchObject({
			at: now,
		});
	});

	it.each([
		[1, 1],
		[2, 2],
		[3, 4],
		[6, 32],
		[7, 60],
		[50, 60],
	])('waits after %s failures for %s minutes', (attempts, minutes) => {
		for (const status of ['failed', 'uploading'] as const)
			expect(pending([scheduled('rbak_1', {copies: [copy({attempts, status})]})])?.at).toBe(now + minutes * minute);
	});

	it('does not wait for a clock that was ahead', () => {
		const failed = scheduled('rbak_1', {copies: [copy({attempts: 3})]});
		expect(pending([failed], now - 1)?.at).toBe(now - 1);
	});
});
