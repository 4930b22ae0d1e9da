import {failpoint} from '../../failpoints.ts';
import {labels} from '../../model/labels.ts';
import {type PendingOperation, pendingOperations} from '../../state/journal.ts';
import type {JournalEntry} from '../../state/journal-entry.ts';
import type {RecoveryContext} from './context.ts';
import {discardUnfinished, retirePrevious, settleContainers} from './leftovers.ts';
import {recoverRemoval, recoverRetirement} from './removal.ts';
import {recoverReplacements, recoverResource} from './resource.ts';
import {recoverSwitch} from './switch.ts';

/** Whether an operation had happened; undefined when nobody can tell yet. */
async function recoverOperation(
	context: RecoveryContext,
	{intent, op}: PendingOperation,
): Promise<boolean | undefined> {
	switch (intent.type) {
		case 'replace-resource':
			return recoverResource(context, op, intent);
		case 'switch':
			return recoverSwitch(context, intent.deployments);
		case 'create-network':
		case 'create-volume': {
			const {networks, volumes} = await context.engine.observe({[labels.op]: op});
			// Found or not, the next plan takes what is there by its label, or makes it.
			return networks.length + volumes.length > 0;
		}
		case 'retire':
			await recoverRetirement(context, intent.deployments);
			return false;
		case 'remove':
			return recoverRemoval(context, intent);
		// What they made shows in the state and in the engine; the next plan does what is left to do.
		case 'run-candidate':
		case 'build-image':
		case 'release':
		// Which password serves is decided when the switch is: see `settleRotations`.
		case 'rotate':
			return false;
	}
}

/**
 * Finishes or undoes what interrupted applies left, without asking: the engine's labels, the router's file and the state
 * tell how far they came. Never removes a volume; never repeats what cannot be undone. It may be interrupted itself, and
 * is then done again from the beginning.
 * @param entries the journal of the interrupted runs
 */
export async function recover(context: RecoveryContext, entries: readonly JournalEntry[]): Promise<void> {
	const undecided = new Set<string>();
	for (const operation of pendingOperations(entries)) {
		const hasHappened = await recoverOperation(context, operation);
		failpoint('recover.before-outcome');
		if (hasHappened) await context.journal.done(operation.op);
		else if (hasHappened === false) await context.journal.failed(operation.op, 'interrupted');
		else if (operation.intent.type === 'switch')
			for (const id of Object.values(operation.intent.deployments)) undecided.add(id);
		failpoint('recover.after-outcome');
	}
	await discardUnfinished(context, undecided);
	failpoint('recover.after-discard');
	await retirePrevious(context);
	failpoint('recover.after-retire');
	await recoverReplacements(context);
	await settleContainers(context);
	failpoint('recover.after-settle');
}
