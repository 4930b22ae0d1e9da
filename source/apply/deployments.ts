import {isRouted} from '../plan/services.ts';
import type {Deployment, RoutesRecord, State} from '../state/state.ts';
import {otherSlot} from './route-table.ts';

/** The state with this deployment recorded. */
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
 * The state in which the given deployments serve with these routes. Previous ones wait to be drained. A service that is
 * to be removed stays active until its containers are gone, so that an apply that breaks off in between is gone on with.
 */
export function withSwitch(state: State, routes: RoutesRecord, switched: Switch): State {
	let next: State = {...state, routes};
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
