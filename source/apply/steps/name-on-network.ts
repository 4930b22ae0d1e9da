import type {OwnEngine} from '../../engine/own-engine.ts';
import {failpoint} from '../../failpoints.ts';
import type {Deployment, State} from '../../state/state.ts';
import {isAddressTaken, meshAttachment} from '../service-container.ts';

/**
 * Gives a deployment's container its service's name on the network of its siblings, or takes the name away. The engine
 * can only do that by taking it out and letting it join again; with the same address its open connections go on after
 * that moment.
 */
export async function nameOnNetwork(
	engine: OwnEngine,
	state: State,
	deployment: Pick<Deployment, 'service' | 'address'> & {readonly containerId: string},
	hasName: boolean,
): Promise<void> {
	const {containerId} = deployment;
	const fixed = meshAttachment(state, deployment, hasName);
	const details = await engine.inspectContainer(containerId);
	const address = details?.networks[fixed.network] || fixed.address;
	await engine.leave(containerId, fixed.network);
	failpoint('switch.between-names');
	try {
		await engine.join(containerId, {...fixed, address});
	} catch (error) {
		// An engine that was interrupted while it joined a container can keep the address for nobody.
		if (!isAddressTaken(error)) throw error;
		await engine.join(containerId, {...fixed, address: undefined});
	}
}
