import {isRouted} from '../plan/services.ts';
import type {RouteTable} from '../router/table.ts';
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

/** The state in which the given deployments serve with these routes. Former ones wait to be drained. */
export function withSwitch(state: State, routes: RoutesRecord, switched: Switch, removed: readonly string[]): State {
	let next: State = {...state, routes};
	for (const [service, id] of Object.entries(switched)) {
		const former = state.deployments[state.active[service] ?? ''];
		if (former && former.id !== id) next = patchDeployment(next, former.id, {stage: 'draining_previous'});
		const kind = state.deployments[id]?.kind;
		const slot = kind && isRouted(kind) ? otherSlot(former?.slot) : undefined;
		const completedAt = new Date().toISOString();
		next = patchDeployment(next, id, {stage: 'active', status: 'succeeded', slot, completedAt});
	}
	const active = {...state.active, ...switched};
	for (const service of removed) {
		const id = active[service];
		if (id) next = patchDeployment(next, id, {stage: 'draining_previous'});
		delete active[service];
	}
	return {...next, active};
}

/** The state after a switch that the router has carried out, read back from its table. */
export function withActive(state: State, table: RouteTable, switched: Switch): State {
	const access = Object.fromEntries(table.backends.map(({service, accessMode}) => [service, accessMode]));
	const removed = Object.keys(state.active).filter(
		service => state.routes?.access[service] !== undefined && access[service] === undefined,
	);
	return withSwitch(state, {hosts: table.hosts, rules: table.rules, access}, switched, removed);
}
