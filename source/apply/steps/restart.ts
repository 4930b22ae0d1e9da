import {UserError} from '../../errors.ts';
import type {DesiredService} from '../../model/specs.ts';
import {activeDeployment} from '../../plan/input.ts';
import {isRouted} from '../../plan/services.ts';
import {describeFailure, followLogs} from '../containers.ts';
import {type ApplyContext, progress} from '../context.ts';
import {awaitService, awaitWorker} from '../readiness.ts';
import {StepError} from '../step-error.ts';

/** Starts the serving deployment again after somebody stopped its container; its fixed address makes the routes fit. */
export async function startAgain(context: ApplyContext, service: DesiredService): Promise<void> {
	const {engine, state} = context;
	const {address} = service;
	const deployment = activeDeployment(state.current(), service.name);
	if (!deployment?.containerId) throw new UserError(`the container of ${address} is gone`, {hint: 'compartment apply'});
	const {containerId} = deployment;
	const logs = new AbortController();
	try {
		progress(context, address, 'starting again');
		await engine.start(containerId);
		followLogs(context, address, containerId, logs.signal);
		const target = {address, containerId, host: deployment.address!};
		const readiness = isRouted(service.kind)
			? await awaitService(context, target, deployment.port!, deployment.readiness)
			: await awaitWorker(context, containerId);
		if (!readiness.isReady)
			throw new StepError(await describeFailure(context, containerId, readiness.message, readiness.lastProbe));
	} finally {
		logs.abort();
	}
}
