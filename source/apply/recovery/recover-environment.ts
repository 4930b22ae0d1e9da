import type {JournalEntry} from '../../state/journal-entry.ts';
import {settleRotations} from '../resource-rotation.ts';
import {finishRotation} from './access-rotation.ts';
import type {RecoveryContext} from './context.ts';
import {discardUnfinished, removeEndedRuns, retireLeftovers, stopEnded} from './leftovers.ts';
import {removeOperations} from './operation-containers.ts';
import {recover} from './recover.ts';
import {recoverReplacements} from './resource.ts';

/**
 * Finishes or undoes what the last run left, whether it was interrupted or failed to clean up.
 * @param unfinished its journal, if it was interrupted
 */
export async function recoverEnvironment(
	recovery: RecoveryContext,
	unfinished: readonly JournalEntry[],
): Promise<void> {
	if (unfinished.length > 0) {
		recovery.say('the last apply was interrupted; recovering');
		await recover(recovery, unfinished);
		await removeOperations(recovery);
	} else {
		await discardUnfinished(recovery);
		await retireLeftovers(recovery);
		await stopEnded(recovery);
		await recoverReplacements(recovery);
	}
	await removeEndedRuns(recovery);
	await finishRotation(recovery);
	await settleRotations(recovery);
}
