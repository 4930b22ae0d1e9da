import {heldCandidates} from '../../plan/input.ts';
import type {ApplyContext} from '../context.ts';
import {patchDeployment} from '../deployments.ts';

/** Removes a held candidate; what serves is untouched. */
export async function discardCandidate(context: ApplyContext, service: string): Promise<void> {
	const {engine, state} = context;
	const candidate = heldCandidates(state.current())[service];
	if (!candidate) return;
	if (candidate.containerId) await engine.remove(candidate.containerId);
	const failure = {message: 'the candidate was discarded', lastLines: []};
	const completedAt = new Date().toISOString();
	const patch = {status: 'stopped', isHeld: false, containerId: undefined, failure, completedAt} as const;
	await state.update(current => patchDeployment(current, candidate.id, patch));
}
