import type {ObservedContainer} from '../engine/engine.ts';
import {routesAddress, strayAddress} from '../model/address.ts';
import {labels} from '../model/labels.ts';
import {idInName} from '../model/names.ts';
import {action} from './actions.ts';
import type {PlanInput} from './input.ts';
import type {Action, Drift} from './plan.ts';

type Known = Pick<PlanInput, 'state' | 'desired' | 'observed'>;

// Operation containers are never strays: a running one holds the lock, and recovery removes interrupted ones.
function isKnown({state, desired}: Known, {name, labels: own}: ObservedContainer): boolean {
	const [kind, object = ''] = own[labels.address]?.split('.') ?? [];
	switch (kind) {
		case 'service':
		case 'release':
			return state.deployments[own[labels.deployment] ?? ''] !== undefined;
		case 'job':
			return state.jobs.some(({id}) => id === idInName(name));
		case 'resource':
			// An interrupted apply may have created a resource's first container without recording it.
			return state.resources[object] !== undefined || desired.resources.some(resource => resource.name === object);
		default:
			return true;
	}
}

/** Containers of this environment that its state does not know, because an older state was restored. */
const strays = (input: Known): readonly ObservedContainer[] =>
	input.observed.containers.filter(container => !isKnown(input, container));

export const strayDrift = (input: Known): Drift[] =>
	strays(input).map(({name, state}) => ({
		address: strayAddress(name),
		message: `container is ${state} and is not in the state`,
	}));

/** Deletes strays last: what replaces them has to serve first. */
export const planStrays = (input: PlanInput, others: readonly Action[]): Action[] =>
	input.services !== null || input.isHold
		? []
		: strays(input).map(({name}) =>
				action({
					address: strayAddress(name),
					object: 'container',
					kind: 'delete',
					reasons: ['it is not in the state'],
					dependsOn: [routesAddress, ...others.map(({address}) => address)],
				}),
			);
