import {networkAddress, routerAddress} from '../model/address.ts';
import {isRouted} from '../model/kinds.ts';
import {activeDeployment, heldCandidates} from '../state/deployments.ts';
import {servesAnything} from '../state/routes.ts';
import type {State} from '../state/state.ts';
import {isSelected, type PlanInput} from './input.ts';

/** Whether the router serves, or may soon serve, a service of the environment. */
const hasRouted = (state: State): boolean =>
	servesAnything(state.routes) ||
	[
		...Object.keys(state.active).flatMap(service => activeDeployment(state, service) ?? []),
		...Object.values(heldCandidates(state)),
	].some(({kind}) => isRouted(kind));

const isProbed = ({readiness}: {readonly readiness?: object}): boolean => readiness !== undefined;

/** Whether something of a deployed environment is routed or probed. */
export const isRouterUsed = (state: State): boolean =>
	hasRouted(state) || Object.values(state.resources).some(isProbed);

/**
 * Whether a plan needs the router: something is routed, was routed until now, or is probed, which happens from inside the
 * environment's network. Workers, jobs and resources without readiness need none.
 */
export function usesRouter(input: Pick<PlanInput, 'mode' | 'state' | 'desired' | 'services' | 'rollback'>): boolean {
	const {mode, state, desired, rollback} = input;
	if (mode === 'destroy' || mode === 'stop' || mode === 'discard' || mode === 'refresh-only') return false;
	if (mode !== 'apply') {
		const targets = Object.values(rollback).flatMap(id => state.deployments[id] ?? []);
		return isRouterUsed(state) || targets.some(({kind}) => isRouted(kind));
	}
	const selected = desired.services.filter(({name}) => isSelected(input, name));
	return hasRouted(state) || selected.some(({kind}) => isRouted(kind)) || desired.resources.some(isProbed);
}

/** What a container waits for: its networks and, if it is routed or probed, the router. */
export const reachedThrough = (isRoutedOrProbed: boolean): string[] =>
	isRoutedOrProbed ? [networkAddress, routerAddress] : [networkAddress];
