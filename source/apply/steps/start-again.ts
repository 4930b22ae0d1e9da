import {UserError} from '../../errors.ts';
import {command} from '../../hint.ts';
import {serviceAddress} from '../../model/address.ts';
import {isRouted} from '../../model/kinds.ts';
import {activeDeployment, patchDeployment} from '../../state/deployments.ts';
import {networksOfDeployment} from '../../state/networks.ts';
import {type ApplyContext, progress} from '../context.ts';
import {publishState} from '../publish-state.ts';
import {nameOnNetwork} from './name-on-network.ts';
import {requireReady} from './require-ready.ts';

/**
 * Starts the container of an active deployment, on the networks on which it was. Its address is fixed, so the routes still
 * match.
 */
export async function startAgain(context: ApplyContext, service: string): Promise<void> {
	const {engine, state} = context;
	const address = serviceAddress(service);
	const deployment = activeDeployment(state.current(), service);
	if (!deployment?.containerId)
		throw new UserError(`the container of ${address} no longer exists`, {hint: command('apply')});
	const {containerId} = deployment;
	const isHealing = context.plan.mode === 'heal';
	progress(context, address, 'starting');
	const networks = networksOfDeployment(state.current(), deployment);
	const details = await engine.inspectContainer(containerId);
	if (networks && details && !Object.hasOwn(details.networks, networks.environment.name))
		await engine.join(containerId, {network: networks.environment.name, address: deployment.address});
	// An interrupted deletion that no longer applies may have removed its name.
	if (!isHealing || !networks || !details || !Object.hasOwn(details.networks, networks.mesh.name))
		await nameOnNetwork(engine, state.current(), {...deployment, containerId}, true, details);
	await engine.start(containerId);
	await requireReady(context, deployment, containerId, {mode: 'started-again'});
	await state.update(current =>
		patchDeployment(current, deployment.id, {stage: 'active', status: 'succeeded', crashLoop: undefined}),
	);
	// What has broken is in the router still.
	if (isRouted(deployment.kind) && !isHealing) await publishState(context);
}
