import type {ContainerDetails} from '../../engine/engine.ts';
import type {OwnEngine} from '../../engine/own-engine.ts';
import {failpoint} from '../../failpoints.ts';
import {networksOfDeployment} from '../../state/networks.ts';
import type {Deployment, State} from '../../state/state.ts';
import {isAddressTaken, meshAttachment} from '../service-container.ts';

/**
 * Adds or removes the service's name as an alias of a deployment's container in the mesh. The engine can change aliases only
 * by disconnecting and reconnecting; with the same address open connections survive that.
 * @param known the container, if it was inspected just before
 */
export async function nameOnNetwork(
	engine: OwnEngine,
	state: State,
	deployment: Pick<Deployment, 'service' | 'address'> & {readonly containerId: string},
	hasName: boolean,
	known?: ContainerDetails,
): Promise<void> {
	const {containerId} = deployment;
	const networks = networksOfDeployment(state, deployment);
	if (!networks) return;
	const fixed = meshAttachment(networks, deployment, hasName);
	const details = known ?? (await engine.inspectContainer(containerId));
	// An assigned address cannot be fixed: the engine could assign it to another container while this one is stopped.
	const address = fixed.address && (details?.networks[fixed.network] || fixed.address);
	await engine.leave(containerId, fixed.network);
	failpoint('switch.between-names');
	try {
		await engine.join(containerId, {...fixed, address});
	} catch (error) {
		// If Docker still reserves the address after an interrupted join, attach without a fixed one.
		if (!isAddressTaken(error)) throw error;
		await engine.join(containerId, {...fixed, address: undefined});
	}
}
