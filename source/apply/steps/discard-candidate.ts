import {isHeldCandidate, patchDeployment} from '../../state/deployments.ts';
import type {EnvironmentContext} from '../context.ts';

/** Removes the held candidates of a service from before this run. The active deployment is not touched. */
export async function discardCandidate(
	context: Pick<EnvironmentContext, 'engine' | 'state' | 'run'>,
	service: string,
): Promise<void> {
	const {engine, state, run} = context;
	// There are several when an earlier run could not remove one that it superseded.
	const candidates = Object.values(state.current().deployments).filter(
		deployment => deployment.service === service && deployment.run !== run && isHeldCandidate(deployment),
	);
	for (const {id, containerId} of candidates) {
		if (containerId) await engine.remove(containerId);
		const failure = {message: 'the candidate was discarded', lastLines: []};
		const completedAt = new Date().toISOString();
		const patch = {status: 'stopped', isHeld: false, containerId: undefined, failure, completedAt} as const;
		await state.update(current => patchDeployment(current, id, patch));
	}
}
