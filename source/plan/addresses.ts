import type {ObservedContainer} from '../engine/engine.ts';
import {isRouted, isRunning} from '../model/kinds.ts';
import {labels} from '../model/labels.ts';
import type {Desired} from '../model/specs.ts';
import {type Addresses, isFixedIn} from '../model/subnets.ts';
import {activeDeployment, heldCandidates} from '../state/deployments.ts';
import type {Deployment} from '../state/state.ts';
import {networksOf} from './containers.ts';
import type {PlanInput} from './input.ts';
import type {PlannedDeployment} from './plan.ts';

/** The addresses of an environment's two networks. */
export type EnvironmentAddresses = {readonly environment: Addresses; readonly mesh: Addresses};

/**
 * The addresses that an environment uses at most: two deployments of every routed service, because all of them may switch
 * together; every worker and resource; one release command or job of every service; and the router. Only routed services
 * need a fixed address: the router has no names for them.
 */
export function requiredAddresses({
	services,
	resources,
}: Pick<Desired, 'services' | 'resources'>): EnvironmentAddresses {
	const fixed = 2 * services.filter(({kind}) => isRouted(kind)).length;
	const joined = services.filter(({kind}) => kind === 'worker').length + services.length;
	return {environment: {fixed, handedOut: joined + resources.length + 1}, mesh: {fixed, handedOut: joined}};
}

/** Leaves room for backups, jobs run by hand, held candidates, and services that are added later. */
const grown = (count: number): number => count + Math.max(8, Math.ceil(count / 3));

const withGrowth = ({fixed, handedOut}: Addresses): Addresses => ({fixed: grown(fixed), handedOut: grown(handedOut)});

/** The addresses for which an environment's networks are made. */
export function wantedAddresses(desired: Pick<Desired, 'services' | 'resources'>): EnvironmentAddresses {
	const {environment, mesh} = requiredAddresses(desired);
	return {environment: withGrowth(environment), mesh: withGrowth(mesh)};
}

/** What a plan needs of one network at the same time. */
export type Need = {
	/** Fixed addresses: of active deployments, held candidates, containers that are not in the state, and new deployments. */
	readonly serving: number;
	readonly held: number;
	readonly others: number;
	readonly starting: number;
	/** Addresses that the engine assigns. */
	readonly handedOut: number;
};

export const fixedOf = ({serving, held, others, starting}: Need): number => serving + held + others + starting;

type Known = Pick<PlanInput, 'state' | 'observed' | 'desired' | 'mode' | 'isHold'>;

/** Recorded deployments that keep their addresses: active ones, and held candidates. */
function keptDeployments({state}: Known): {readonly active: Deployment[]; readonly held: Deployment[]} {
	const active = Object.keys(state.active).flatMap(service => activeDeployment(state, service) ?? []);
	return {active, held: Object.values(heldCandidates(state))};
}

/** Running containers of the environment that none of its records accounts for. The next apply removes unused candidates. */
function unknownContainers({state, observed}: Known): ObservedContainer[] {
	return observed.containers.filter(({state: status, labels: own}) => {
		const [kind, name = ''] = own[labels.address]?.split('.') ?? [];
		if (status !== 'running' || (kind === 'resource' && state.resources[name])) return false;
		return kind !== 'service' || state.deployments[own[labels.deployment] ?? ''] === undefined;
	});
}

/** What a plan needs of each network. */
export function neededAddresses(
	input: Known,
	deployments: readonly Pick<PlannedDeployment, 'service' | 'kind' | 'release'>[],
): {readonly environment: Need; readonly mesh: Need} {
	const {state, desired, mode, isHold} = input;
	const {active, held} = keptDeployments(input);
	const count = (kept: readonly Deployment[]) => kept.filter(({address}) => address !== undefined).length;
	const withoutAddress = (kept: readonly Deployment[]) =>
		kept.filter(({kind, address}) => isRunning(kind) && address === undefined).map(({service}) => service);
	const workers = deployments.filter(({kind}) => kind === 'worker').map(({service}) => service);
	// A worker stops before its successor starts, unless the successor is held.
	const running = new Set([...withoutAddress(active), ...(isHold ? [] : workers)]).size;
	const joined = running + withoutAddress(held).length + (isHold ? workers.length : 0);
	const releases = deployments.filter(({release}) => release !== undefined).length;
	const [name, subnet] = [networksOf(input)[0], state.networks?.environment];
	const unknown = unknownContainers(input);
	const others = unknown.filter(({networks}) => subnet && networks[name] && isFixedIn(subnet, networks[name])).length;
	const wanted = mode === 'apply' ? desired.resources.map(resource => resource.name) : [];
	const resources = new Set([...Object.keys(state.resources), ...wanted]).size;
	const fixed = {
		serving: count(active),
		held: count(held),
		others,
		starting: deployments.filter(({kind}) => isRouted(kind)).length,
	};
	const handedOut = joined + releases + (unknown.length - others);
	return {environment: {...fixed, handedOut: handedOut + resources + 1}, mesh: {...fixed, handedOut}};
}
