import {serviceAddress} from '../../model/address.ts';
import {isRouted} from '../../plan/services.ts';
import type {Deployment} from '../../state/state.ts';
import {describeFailure, followLogs} from '../containers.ts';
import type {ApplyContext} from '../context.ts';
import {awaitService, awaitWorker} from '../readiness.ts';
import {StepError} from '../step-error.ts';

/** Shows what a started deployment writes until it is ready; a StepError tells why it did not become so. */
export async function requireReady(context: ApplyContext, deployment: Deployment, containerId: string): Promise<void> {
	const {kind, service, port, readiness: declared, spec} = deployment;
	const address = serviceAddress(service);
	const logs = new AbortController();
	followLogs(context, address, containerId, logs.signal);
	try {
		const target = {
			address,
			containerId,
			host: deployment.address!,
			isCleanEndFinal: spec.restart.policy === 'on-failure',
		};
		const readiness = isRouted(kind)
			? await awaitService(context, target, port!, declared)
			: await awaitWorker(context, containerId);
		if (!readiness.isReady)
			throw new StepError(await describeFailure(context, containerId, readiness.message, readiness.lastProbe));
	} finally {
		logs.abort();
	}
}
