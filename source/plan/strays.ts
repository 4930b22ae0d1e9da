import type {ObservedContainer} from '../engine/engine.ts';
import {routesAddress, strayAddress} from '../model/address.ts';
import {isStopFirst} from '../model/kinds.ts';
import {labels} from '../model/labels.ts';
import {idInName} from '../model/names.ts';
import {action} from './actions.ts';
import type {PlanInput} from './input.ts';
import type {Action, Drift} from './plan.ts';

type Known = Pick<PlanInput, 'state' | 'observed'> & {
	readonly desired: {readonly resources: readonly {readonly name: string}[]};
};

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
export const strays = (input: Known): readonly ObservedContainer[] =>
	input.observed.containers.filter(container => !isKnown(input, container));

export const strayDrift = (input: Known): Drift[] =>
	strays(input).map(({name, state}) => ({
		address: strayAddress(name),
		message: `container is ${state} and is not in the state`,
	}));

/** Whether a stray must not run beside a new deployment of its service: both would do the same work, or use one volume. */
const mustGoFirst = ({desired}: Pick<PlanInput, 'desired'>, {labels: own}: ObservedContainer): boolean =>
	desired.services.some(service => service.address === own[labels.address] && isStopFirst(service));

const removesStrays = ({services, isHold}: Pick<PlanInput, 'services' | 'isHold'>): boolean =>
	services === null && !isHold;

/** Deletes strays last: what replaces them has to serve first. Those of a service that is replaced stop-first go before it. */
export const planStrays = (input: PlanInput, others: readonly Action[]): Action[] =>
	removesStrays(input)
		? strays(input).map(stray =>
				action({
					address: strayAddress(stray.name),
					object: 'container',
					kind: 'delete',
					reasons: ['it is not in the state'],
					dependsOn: mustGoFirst(input, stray) ? [] : [routesAddress, ...others.map(({address}) => address)],
				}),
			)
		: [];

/** A service after the strays that must not run beside its new deployment. */
export function afterStrays(input: PlanInput, service: Action): Action {
	if (!removesStrays(input)) return service;
	const first = strays(input)
		.filter(stray => stray.labels[labels.address] === service.address && mustGoFirst(input, stray))
		.map(({name}) => strayAddress(name));
	return {...service, dependsOn: [...service.dependsOn, ...first]};
}
