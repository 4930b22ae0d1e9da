import {isRouted} from '../model/kinds.ts';
import {otherSlot} from '../model/specs.ts';
import {networksAfter} from './networks.ts';
import type {Deployment, RoutesRecord, State} from './state.ts';

/** Records a deployment. */
export const withDeployment = (state: State, deployment: Deployment): State => ({
	...state,
	deployments: {...state.deployments, [deployment.id]: deployment},
});

/** Changes fields of a recorded deployment. */
export function patchDeployment(state: State, id: string, patch: Partial<Deployment>): State {
	const deployment = state.deployments[id];
	return deployment ? withDeployment(state, {...deployment, ...patch}) : state;
}

/** Service → deployment that becomes active. */
export type Switch = Readonly<Record<string, string>>;

/**
 * The state after a switch to these deployments and routes. Previous deployments are draining. A service that is being
 * deleted stays active until its containers are removed, so that an interrupted apply is continued.
 */
export function withSwitch(state: State, routes: RoutesRecord | null, switched: Switch): State {
	let next: State = {...state, routes, networks: networksAfter(state, Object.values(switched))};
	for (const [service, id] of Object.entries(switched)) {
		const previous = state.deployments[state.active[service] ?? ''];
		if (previous?.id === id) continue;
		if (previous) next = patchDeployment(next, previous.id, {stage: 'draining_previous'});
		const kind = state.deployments[id]?.kind;
		const slot = kind && isRouted(kind) ? otherSlot(previous?.slot) : undefined;
		const completedAt = new Date().toISOString();
		next = patchDeployment(next, id, {stage: 'active', status: 'succeeded', slot, completedAt});
	}
	return {...next, active: {...state.active, ...switched}};
}

/** The active deployment of a service, as recorded. */
export function activeDeployment(state: State, service: string): Deployment | undefined {
	const id = state.active[service];
	return id === undefined ? undefined : state.deployments[id];
}

/** Whether a deployment is a ready candidate that waits for a promote. */
export const isHeldCandidate = ({isHeld, stage}: Deployment): boolean => isHeld === true && stage === 'candidate';

/** Held candidates by service. */
export function heldCandidates(state: State): Record<string, Deployment> {
	const held = Object.values(state.deployments).filter(isHeldCandidate);
	return Object.fromEntries(held.map(deployment => [deployment.service, deployment]));
}
