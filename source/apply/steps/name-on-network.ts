import type {Engine} from '../../engine/engine.ts';
import {failpoint} from '../../failpoints.ts';
import type {Deployment, State} from '../../state/state.ts';
import {meshAttachment} from '../service-container.ts';

/**
 * Gives a deployment's container its service's name on the network of its siblings, or takes the name away. The engine
 * can only do that by taking it out and letting it join again; with the same address its open connections go on after
 * that moment.
 */
export async function nameOnNetwork(
	engine: Engine,
	state: State,
	deployment: Pick<Deployment, 'service' | 'address'> & {readonly containerId: string},
	hasName: boolean,
): Promise<void> {
	const attachment = meshAttachment(state, deployment, hasName);
	await engine.leave(deployment.containerId, attachment.network);
	failpoint('switch.between-names');
	await engine.join(deployment.containerId, attachment);
}
