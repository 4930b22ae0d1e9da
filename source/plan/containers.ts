import type {ObservedContainer} from '../engine/engine.ts';
import {needsReplacement} from '../model/health.ts';
import type {Health, HealthState} from '../model/health-facts.ts';
import {environmentNetworkName, meshNetworkName} from '../model/names.ts';
import type {PlanInput} from './input.ts';
import type {Drift} from './plan.ts';

type Observation = Pick<PlanInput, 'state' | 'observed'>;

/** The networks that a service is connected to. A resource is connected to the first one only. */
export const networksOf = ({
	state: {project, environment, networks},
}: Pick<PlanInput, 'state'>): readonly [string, string] =>
	networks
		? [networks.environment.name, networks.mesh.name]
		: [environmentNetworkName(project, environment), meshNetworkName(project, environment)];

/** The same, for a container that may be on the other networks while they are being replaced. */
export function networksAround(
	input: Pick<PlanInput, 'state'>,
	container: ObservedContainer | undefined,
): readonly [string, string] {
	const other = input.state.networks?.other;
	return other && container && Object.hasOwn(container.networks, other.environment.name)
		? [other.environment.name, other.mesh.name]
		: networksOf(input);
}

/** Networks of the environment that do not exist. */
export const missingNetworks = (input: Observation): string[] =>
	networksOf(input).filter(name => !input.observed.networks.some(network => network.name === name));

const isOff = (container: ObservedContainer, networks: readonly string[]): boolean =>
	networks.some(name => !Object.hasOwn(container.networks, name));

const driftStates: readonly HealthState[] = ['missing', 'failed', 'crashing', 'hung'];

/** Drift of one container; empty when it is as the last apply left it and works. */
export function containerDrift(
	address: string,
	health: Health,
	container: ObservedContainer | undefined,
	networks: readonly string[],
): Drift[] {
	const {state, cause} = health;
	if (driftStates.includes(state))
		return [{address, message: cause ?? state, ...(needsReplacement(health) ? {isUnhealthy: true} : {})}];
	return container && isOff(container, networks)
		? [{address, message: 'container was disconnected from its network outside Compartment'}]
		: [];
}

/** Why a container with the right configuration has to be replaced: starting it would not help. */
export function whyBroken(
	input: Observation,
	container: ObservedContainer,
	health: Health,
	networks: readonly string[],
): string[] {
	if (missingNetworks(input).some(name => networks.includes(name))) return ['its network no longer exists'];
	if (container.state === 'paused' || needsReplacement(health)) return [health.cause ?? 'container is paused'];
	return isOff(container, networks) ? ['container was disconnected from its network outside Compartment'] : [];
}
