import {UserError} from '../../errors.ts';
import {command} from '../../hint.ts';
import {serviceAddress} from '../../model/address.ts';
import {activeDeployment} from '../../plan/input.ts';
import {isRouted} from '../../plan/kinds.ts';
import {type ApplyContext, progress} from '../context.ts';
import {patchDeployment} from '../deployments.ts';
import {publishState} from '../publish-state.ts';
import {nameOnNetwork} from './name-on-network.ts';
import {requireReady} from './require-ready.ts';

/** Starts the serving deployment again after it was stopped; its fixed address makes the routes fit. */
export async function startAgain(context: ApplyContext, service: string): Promise<void> {
	const {engine, state} = context;
	const address = serviceAddress(service);
	const deployment = activeDeployment(state.current(), service);
	if (!deployment?.containerId) throw new UserError(`the container of ${address} is gone`, {hint: command('apply')});
	progress(context, address, 'starting again');
	// A removal that was interrupted, and is not wanted any more, has taken its name away.
	await nameOnNetwork(engine, state.current(), {...deployment, containerId: deployment.containerId}, true);
	await engine.start(deployment.containerId);
	await requireReady(context, deployment, deployment.containerId, {mode: 'started-again'});
	await state.update(current => patchDeployment(current, deployment.id, {stage: 'active', status: 'succeeded'}));
	if (isRouted(deployment.kind)) await publishState(context);
}
