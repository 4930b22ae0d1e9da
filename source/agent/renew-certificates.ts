import {hasChanges} from '../plan/plan.ts';
import {plainRequest} from '../refresh/plan-request.ts';
import {appendAudit} from '../state/audit.ts';
import {applyPlan, planRecorded} from './apply-plan.ts';
import type {EnvironmentWorld} from './duty.ts';
import {openDutySession} from './duty-session.ts';

/**
 * Obtains certificates as `domain renew` does. What failed at the ACME server is in the state afterwards, with the time of the
 * next try.
 */
export async function renewCertificates(
	world: EnvironmentWorld,
	hosts: readonly string[],
	signal: AbortSignal,
): Promise<void> {
	const {directory} = world;
	const session = await openDutySession(world, 'certificates');
	try {
		const refreshed = await planRecorded(world, session, {...plainRequest, mode: 'renew', renewed: hosts});
		if (!hasChanges(refreshed.plan)) return;
		const {outcome, done, failed, heldBack, skipped} = await applyPlan(world, session, refreshed, {signal});
		const status = outcome === 'done' ? 'succeeded' : 'failed';
		const details = {run: session.run, done, failed, heldBack, skipped};
		appendAudit(directory, {type: 'certificate.renewed', status, target: world.environment, details});
	} finally {
		await session.close();
	}
}
