import {nameIn} from '../model/address.ts';
import {patchDeployment} from '../state/deployments.ts';
import type {EnvironmentContext} from './context.ts';
import type {Prunable} from './prunable.ts';
import {discardCandidate} from './steps/discard-candidate.ts';
import {removeStray} from './steps/remove-stray.ts';

/** Removes the container of a deployment that has ended. Its record stays. */
async function removeContainer({engine, state}: EnvironmentContext, id: string): Promise<void> {
	const containerId = state.current().deployments[id]?.containerId;
	if (containerId !== undefined) await engine.remove(containerId);
	await state.update(current => patchDeployment(current, id, {containerId: undefined}));
}

/**
 * Removes what was approved.
 * @returns what is gone; what is left has got a user in the meantime
 */
export async function prune(context: EnvironmentContext, approved: readonly Prunable[]): Promise<readonly Prunable[]> {
	const {engine} = context;
	const gone: Prunable[] = [];
	// Containers first: they may use an image.
	for (const item of approved.filter(({kind}) => kind !== 'image')) {
		if (item.kind === 'deployment') await removeContainer(context, item.name);
		else if (item.kind === 'candidate') await discardCandidate(context, nameIn(item.name));
		else await removeStray(context, item.name);
		gone.push(item);
	}
	for (const item of approved.filter(({kind}) => kind === 'image')) {
		await engine.removeImage(item.name);
		if (!(await engine.findImage(item.name))) gone.push(item);
	}
	return gone;
}
