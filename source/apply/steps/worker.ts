import {failpoint} from '../../failpoints.ts';
import {serviceAddress} from '../../model/address.ts';
import {activeDeployment} from '../../plan/input.ts';
import type {PlannedDeployment} from '../../plan/plan.ts';
import type {Deployment} from '../../state/state.ts';
import {type ApplyContext, notice, progress} from '../context.ts';
import {operate} from '../operation.ts';
import {bringBack} from './bring-back.ts';
import {startCandidate} from './candidate.ts';

/**
 * Replaces a worker stop-first, because two of them would do the work twice. The former one comes back when the new
 * one does not stay up.
 */
export async function replaceWorker(
	context: ApplyContext,
	planned: PlannedDeployment,
	opened?: Deployment,
): Promise<Deployment> {
	const {engine, settings, state} = context;
	const former = activeDeployment(state.current(), planned.service);
	if (former?.containerId) {
		const {id, containerId} = former;
		const address = serviceAddress(planned.service);
		progress(context, address, 'stopping the former deployment');
		await operate(context, {
			address,
			intent: {type: 'retire', deployments: [id]},
			isRepeatable: true,
			run: () => engine.stop(containerId, settings.stopGraceSeconds),
		});
		failpoint('worker.after-stop');
	}
	try {
		return await startCandidate(context, planned, opened);
	} catch (error) {
		if (former && (await bringBack(context, former)))
			notice(context, 'warning', `service.${former.service}: the former deployment ${former.id} runs again`);
		throw error;
	}
}
