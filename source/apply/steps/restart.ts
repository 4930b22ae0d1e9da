import {UserError} from '../../errors.ts';
import {serviceAddress} from '../../model/address.ts';
import {activeDeployment} from '../../plan/input.ts';
import {isRouted} from '../../plan/services.ts';
import {describeFailure, followLogs} from '../containers.ts';
import {type ApplyContext, progress} from '../context.ts';
import {patchDeployment} from '../deployments.ts';
import {awaitService, awaitWorker} from '../readiness.ts';
import {StepError} from '../step-error.ts';

/** Starts the serving deployment again after it was stopped; its fixed address makes the routes fit. */
export async function startAgain(context: ApplyContext, service: string): Promise<void> {
	const {engine, state} = context;
	const address = serviceAddress(service);
	const deployment = activeDeployment(state.current(), service);
	if (!deployment?.containerId) throw new UserError(`the container of ${address} is gone`, {hint: 'compartment apply'});
	const {id, containerId, kind} = deployment;
	const logs = new AbortController();
	try {
		progress(context, address, 'starting again');
		await engine.start(containerId);
		followLogs(context, address, containerId, logs.signal);
		const target = {address, containerId, host: deployment.address!};
		const readiness = isRouted(kind)
			? await awaitService(context, target, deployment.port!, deployment.readiness)
			: await awaitWorker(context, containerId);
		if (!readiness.isReady)
			throw new StepError(await describeFailure(context, containerId, readiness.message, readiness.lastProbe));
	} finally {
		logs.abort();
	}
	await state.update(current => patchDeployment(current, id, {status: 'succeeded'}));
}
