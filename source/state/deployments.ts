import {isRouted} from '../model/kinds.ts';
import {otherSlot} from '../model/specs.ts';
import {networksAfter} from './networks.ts';
import type {Deployment, RoutesRecord, State} from './state.ts';

/** Records a deployment. */
export const withDeployment = (state: State, deployment: Deployment): State => ({
	...state,
	deployments: {...state.deployments, [deployment.id]: deployment},
});

/**
 * Whether a deployment only took the place of another one that is recorded, with the same image: a rollback to either runs
 * the same, because it uses current variables. Such a one takes no place among those that are kept for a rollback.
 */
export const isReplacement = (deployment: Deployment, {deployments}: Pick<State, 'deployments'>): boolean =>
	(deployment.type === 'heal' || deployment.type === 'restart') &&
	Object.values(deployments).some(
		({service, type, imageId, status}) =>
			service === deployment.service &&
			imageId === deployment.imageId &&
			status !== 'failed' &&
			type !== 'heal' &&
			type !== 'restart',
	);

/** How many ended deployments of a service are recorded at least, of those that failed, of replacements, and of the others. */
const keptEnded = 20;

/**
 * The state without the oldest ended deployments of a service: it is written as a whole, and must not grow with every apply.
 * Those that have a container, serve or can be rolled back to are kept.
 * @param retain how many previous deployments a rollback can run again
 */
export function withoutOldDeployments(state: State, service: string, retain: number): State {
	const ended = Object.values(state.deployments)
		.filter(
			each =>
				each.service === service &&
				state.active[service] !== each.id &&
				each.containerId === undefined &&
				(each.stage === 'retired' || each.status === 'failed' || each.status === 'stopped'),
		)
		.sort((a, b) => (a.id < b.id ? 1 : -1));
	const failed = ended.filter(({status}) => status === 'failed').slice(keptEnded);
	const good = ended.filter(({status}) => status !== 'failed');
	const replacements = good.filter(each => isReplacement(each, state)).slice(keptEnded);
	const others = good.filter(each => !isReplacement(each, state)).slice(Math.max(keptEnded, retain + 1));
	const gone = new Set([...failed, ...replacements, ...others].map(({id}) => id));
	if (gone.size === 0) return state;
	const deployments = Object.entries(state.deployments).filter(([id]) => !gone.has(id));
	return {...state, deployments: Object.fromEntries(deployments)};
}

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
