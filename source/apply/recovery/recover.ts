import {failpoint} from '../../failpoints.ts';
import {labels} from '../../model/labels.ts';
import {type PendingWrite, pendingWrites} from '../../state/journal.ts';
import type {JournalEntry} from '../../state/journal-entry.ts';
import {recoverAdoption} from './adoption.ts';
import type {RecoveryContext} from './context.ts';
import {discardUnfinished, retireLeftovers, settleContainers} from './leftovers.ts';
import {recoverBuild, recoverRemoval, recoverRetirement} from './removal.ts';
import {recoverReplacements, recoverResource} from './resource.ts';
import {recoverSwitch} from './switch.ts';

/** Whether a journaled write happened; undefined while that cannot be known. */
async function recoverWrite(context: RecoveryContext, {intent, op}: PendingWrite): Promise<boolean | undefined> {
	switch (intent.type) {
		case 'replace-resource':
			return recoverResource(context, op, intent);
		case 'switch':
			return recoverSwitch(context, intent);
		case 'create-network':
		case 'create-volume': {
			const {networks, volumes} = await context.engine.observe({[labels.op]: op});
			// The next plan adopts it by its label, or creates it.
			return networks.length + volumes.length > 0;
		}
		case 'retire':
			await recoverRetirement(context, intent.deployments);
			return false;
		case 'remove':
			return recoverRemoval(context, intent);
		case 'build-image':
			return recoverBuild(context, op);
		// After everything else: it depends on what serves, and on candidates that are removed.
		case 'adopt':
			return undefined;
		// Their results are visible in the state and on the engine; the next plan does the rest.
		case 'run-candidate':
		case 'release':
		// `settleRotations` decides which password is kept, once the switch is decided.
		case 'rotate':
			return false;
	}
}

/** Finishes or undoes adoptions, but for those of services whose switch is undecided. */
async function recoverAdoptions(
	context: RecoveryContext,
	entries: readonly JournalEntry[],
	undecided: ReadonlySet<string>,
): Promise<void> {
	const {deployments} = context.state.current();
	const waiting = new Set([...undecided].map(id => `service.${deployments[id]?.service}`));
	for (const {intent, op} of pendingWrites(entries)) {
		if (intent.type !== 'adopt' || waiting.has(intent.address)) continue;
		if (await recoverAdoption(context, op, intent)) await context.journal.done(op);
		else await context.journal.failed(op, 'interrupted');
	}
}

/**
 * Finishes or undoes what interrupted applies left (docs/rules.md, "Interrupted commands"), without asking: the
 * engine's labels, the router's file and the state show how far they got. Never removes a volume and never repeats what
 * cannot be undone. If recovery itself is interrupted, it runs again from the start.
 * @param entries the journal of the interrupted runs
 */
export async function recover(context: RecoveryContext, entries: readonly JournalEntry[]): Promise<void> {
	const undecided = new Set<string>();
	for (const write of pendingWrites(entries)) {
		const hasHappened = await recoverWrite(context, write);
		failpoint('recover.before-outcome');
		if (hasHappened) await context.journal.done(write.op);
		else if (hasHappened === false) await context.journal.failed(write.op, 'interrupted');
		else if (write.intent.type === 'switch')
			for (const id of Object.values(write.intent.deployments)) undecided.add(id);
		failpoint('recover.after-outcome');
	}
	await discardUnfinished(context, undecided);
	failpoint('recover.after-discard');
	await recoverAdoptions(context, entries, undecided);
	failpoint('recover.after-adopt');
	await retireLeftovers(context);
	failpoint('recover.after-retire');
	await recoverReplacements(context);
	await settleContainers(context);
	failpoint('recover.after-settle');
}
