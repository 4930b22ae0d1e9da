import {lockAndRecover} from '../apply/session.ts';
import {hasChanges} from '../plan/plan.ts';
import {plainRequest} from '../refresh/plan-request.ts';
import {appendAudit} from '../state/audit.ts';
import {agentOperation} from '../state/lock.ts';
import {applyPlan, planRecorded} from './apply-plan.ts';
import type {EnvironmentWorld} from './duty.ts';
import {readUnderLock} from './under-lock.ts';

const lockWaitMs = 5000;

/**
 * Obtains certificates as `domain renew` does. What failed at the ACME server is in the state afterwards, with the time of the
 * next try.
 */
export async function renewCertificates(
	world: EnvironmentWorld,
	hosts: readonly string[],
	signal: AbortSignal,
): Promise<void> {
	const {engine, router, settings, directory, act} = world;
	const session = await lockAndRecover({
		directory,
		operation: agentOperation,
		waitMs: lockWaitMs,
		engine,
		router,
		settings,
		readState: async () => ({state: await readUnderLock(world), isNew: false}),
		say: message => act({duty: 'certificates', address: null, outcome: 'done', message}),
	});
	try {
		const refreshed = await planRecorded(world, session, {...plainRequest, mode: 'renew', renewed: hosts});
		if (!hasChanges(refreshed.plan)) return;
		const {outcome, done, failed, skipped} = await applyPlan(world, session, refreshed, {signal});
		const status = outcome === 'done' ? 'succeeded' : 'failed';
		const details = {run: session.run, done, failed, skipped};
		appendAudit(directory, {type: 'certificate.renewed', status, target: world.environment, details});
	} finally {
		await session.close();
	}
}
