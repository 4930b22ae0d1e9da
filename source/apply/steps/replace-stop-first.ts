import {failpoint} from '../../failpoints.ts';
import {serviceAddress} from '../../model/address.ts';
import type {PlannedDeployment} from '../../plan/plan.ts';
import {activeDeployment} from '../../state/deployments.ts';
import type {Deployment} from '../../state/state.ts';
import {type ApplyContext, notice, progress} from '../context.ts';
import {writeJournaled} from '../journaled.ts';
import {giveBackStopped, stopAdoptedFirst} from './adopted-containers.ts';
import {bringBack} from './bring-back.ts';
import {requirePolicy, startCandidate} from './start-candidate.ts';

/**
 * Replaces a worker or a service with an exclusive volume, old one first (see `isStopFirst`). If the new one does not become
 * ready, the previous one is restarted.
 */
export async function replaceStopFirst(context: ApplyContext, planned: PlannedDeployment): Promise<Deployment> {
	const {engine, settings, state} = context;
	const previous = activeDeployment(state.current(), planned.service);
	if (previous?.containerId) {
		const {id, containerId} = previous;
		const address = serviceAddress(planned.service);
		progress(context, address, 'stopping the previous deployment');
		await writeJournaled(context, {
			address,
			intent: {type: 'retire', deployments: [id]},
			isRepeatable: true,
			run: () => engine.stop(containerId, settings.stopGraceSeconds),
		});
		failpoint('worker.after-stop');
	}
	await stopAdoptedFirst(context, planned.service);
	try {
		const candidate = await startCandidate(context, planned);
		// Here and not at the switch: if it fails, the previous one has to come back.
		await requirePolicy(context, planned.service, candidate.id);
		return candidate;
	} catch (error) {
		await giveBackStopped(context, planned.service);
		if (previous && (await bringBack(context, previous)))
			notice(context, 'warning', `service.${previous.service}: restarted the previous deployment ${previous.id}`);
		throw error;
	}
}
