import {UserError} from '../../errors.ts';
import {command} from '../../hint.ts';
import {serviceAddress} from '../../model/address.ts';
import {isRouted} from '../../model/kinds.ts';
import {activeDeployment, patchDeployment} from '../../state/deployments.ts';
import {type ApplyContext, progress} from '../context.ts';
import {publishState} from '../publish-state.ts';
import {nameOnNetwork} from './name-on-network.ts';
import {requireReady} from './require-ready.ts';

/** Starts a stopped active deployment. Its address is fixed, so the routes still match. */
export async function startAgain(context: ApplyContext, service: string): Promise<void> {
	const {engine, state} = context;
	const address = serviceAddress(service);
	const deployment = activeDeployment(state.current(), service);
	if (!deployment?.containerId)
		throw new UserError(`the container of ${address} no longer exists`, {hint: command('apply')});
	progress(context, address, 'starting');
	// An interrupted deletion that no longer applies may have removed its name.
	await nameOnNetwork(engine, state.current(), {...deployment, containerId: deployment.containerId}, true);
	await engine.start(deployment.containerId);
	await requireReady(context, deployment, deployment.containerId, {mode: 'started-again'});
	await state.update(current => patchDeployment(current, deployment.id, {stage: 'active', status: 'succeeded'}));
	if (isRouted(deployment.kind)) await publishState(context);
}
