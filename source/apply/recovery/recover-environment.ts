import type {Renamed} from '../../engine/renamed.ts';
import type {JournalEntry} from '../../state/journal-entry.ts';
import {settleRotations} from '../resource-rotation.ts';
import {finishRotation} from './access-rotation.ts';
import type {RecoveryContext} from './context.ts';
import {discardUnfinished, removeEndedRuns, retireLeftovers, stopEnded} from './leftovers.ts';
import {giveNamesBack} from './names.ts';
import {removeOperations} from './operation-containers.ts';
import {recover} from './recover.ts';
import {recoverReplacements} from './resource.ts';

/**
 * Finishes or undoes what the last run left, whether it was interrupted or failed to clean up.
 * @param unfinished its journal, if it was interrupted
 * @param renamed containers that have lost their names meanwhile
 */
export async function recoverEnvironment(
	recovery: RecoveryContext,
	{unfinished, renamed}: {readonly unfinished: readonly JournalEntry[]; readonly renamed: readonly Renamed[]},
): Promise<void> {
	// Everything else finds them by their names.
	await giveNamesBack(recovery, renamed);
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
