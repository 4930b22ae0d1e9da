import {failpoint} from '../failpoints.ts';
import {removeArtifact} from './artifact.ts';
import {resourceOf} from './create.ts';
import {backupsOf, patchBackup} from './records.ts';
import {type Expired, expiredBackups} from './retention.ts';
import {unfinishedRestore} from './unfinished.ts';
import type {Work} from './work.ts';

/**
 * Deletes what a resource's retention does not keep (docs/rules.md, "Retention"), after a scheduled backup that
 * succeeded.
 */
export async function applyRetention(work: Work, name: string, now: Date): Promise<readonly Expired[]> {
	const {state} = work.context;
	const retention = resourceOf(work, name).operations.backup?.schedule?.retention;
	if (!retention) return [];
	// An unfinished restore may have to be repeated.
	const unfinished = unfinishedRestore(state.current(), name)?.backup;
	const expired = expiredBackups(backupsOf(state.current(), name), retention, now).filter(({id}) => id !== unfinished);
	for (const {id, reason} of expired) {
		const patch = {
			status: 'deleted',
			artifactLocation: null,
			retentionDeletedAt: now.toISOString(),
			retentionReason: reason,
		} as const;
		// The record first: the next command deletes files without one.
		await state.update(current => patchBackup(current, id, patch));
		failpoint('backup.before-remove');
		removeArtifact(work.root, id);
	}
	return expired;
}
