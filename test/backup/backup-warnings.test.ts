import {expect, it} from 'vitest';
import {backupWarnings} from '../../source/report/backup-warnings.ts';
import type {BackupCopy} from '../../source/state/backup.ts';
import {backupRecord} from './backup-record.ts';

const copy = (store: string, status: BackupCopy['status']): BackupCopy => ({
	...{store, status, at: '2026-01-01T00:00:00Z', size: 5, failureSummary: null, attempts: 1},
});

it('whoever deletes an environment sees which backups go and which stay, also those in stores', () => {
	const own = backupRecord({
		id: 'rbak_1',
		status: 'succeeded',
		size: 1000,
		artifactLocation: '/e/backups/rbak_1/artifact',
	});
	const elsewhere = backupRecord({
		id: 'rbak_2',
		status: 'succeeded',
		size: 1000,
		artifactLocation: '/b/rbak_2/artifact',
	});
	const gone = backupRecord({id: 'rbak_3', status: 'deleted', size: 1000});
	expect(
		backupWarnings(
			[
				{...own, copies: [copy('offsite', 'stored'), copy('nas', 'failed')]},
				{...elsewhere, copies: [copy('offsite', 'failed')]},
				{...gone, copies: [copy('nas', 'stored')]},
			],
			'/e',
		),
	).toEqual([
		'Deleted with the environment: 1 backup of db (1 kB) in /e/backups. Copy first what you may need.',
		'Kept: 1 backup of db (1 kB) outside of /e/backups. No environment lists them any more.',
		'Kept: 2 backups of db (2 kB) in stores nas, offsite.',
	]);
	expect(backupWarnings([gone], '/e')).toEqual([]);
});
