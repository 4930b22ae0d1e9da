import type {Backup} from '../../source/state/backup.ts';

/** The record of a backup, which has just begun unless `changes` say otherwise. */
export const backupRecord = (changes: Partial<Backup> = {}): Backup => ({
	id: 'rbak_1m7vn143rk5spsx',
	resource: 'db',
	purpose: 'manual',
	status: 'running',
	createdAt: '2026-01-01T00:00:00Z',
	completedAt: null,
	artifactLocation: null,
	checksum: null,
	size: null,
	failureSummary: null,
	retentionDeletedAt: null,
	retentionReason: null,
	manifest: null,
	verification: null,
	op: `op_${'0'.repeat(20)}`,
	...changes,
});
