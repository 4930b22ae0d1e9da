import {isRunning} from '../../model/kinds.ts';
import {heldCandidates} from '../../state/deployments.ts';
import type {ApplyContext} from '../context.ts';
import {requireReady} from './require-ready.ts';
import {announceCandidate} from './stage-switch.ts';

/** Checks that a held candidate is still ready: it may have been held for a long time. */
export async function checkCandidate(context: ApplyContext, service: string): Promise<void> {
	const candidate = heldCandidates(context.state.current())[service]!;
	announceCandidate(context, candidate);
	if (candidate.containerId && isRunning(candidate.kind))
		await requireReady(context, candidate, candidate.containerId, {mode: 'held'});
	context.results.ready[service] = candidate.id;
}
