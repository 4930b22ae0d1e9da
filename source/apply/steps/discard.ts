import {isHeldCandidate} from '../../plan/input.ts';
import type {ApplyContext} from '../context.ts';
import {patchDeployment} from '../deployments.ts';

/** Removes the held candidates of a service that were there before this run; what serves is untouched. */
export async function discardCandidate(context: ApplyContext, service: string): Promise<void> {
	const {engine, state, run} = context;
	// More than one when an earlier run could not remove what it superseded.
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
