import type {ObservedContainer} from '../engine/engine.ts';
import {needsReplacement} from '../model/health.ts';
import type {Health, HealthState} from '../model/health-facts.ts';
import {environmentNetworkName, meshNetworkName} from '../model/names.ts';
import type {PlanInput} from './input.ts';
import type {Drift} from './plan.ts';

type Place = Pick<PlanInput, 'desired' | 'observed'>;

/** The networks of an environment that a service is on. A resource is on the first one only. */
export const networksOf = ({desired: {project, environment}}: Pick<PlanInput, 'desired'>): [string, string] => [
	environmentNetworkName(project, environment),
	meshNetworkName(project, environment),
];

/** Networks of the environment that the engine does not have. */
export const missingNetworks = (input: Place): string[] =>
	networksOf(input).filter(name => !input.observed.networks.some(network => network.name === name));

const isOff = (container: ObservedContainer, networks: readonly string[]): boolean =>
	networks.some(name => !Object.hasOwn(container.networks, name));

const driftStates: readonly HealthState[] = ['missing', 'failed', 'crashing', 'hung'];

/** What became of a container behind Compartment's back; empty when it runs as it was left, and works. */
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
		? [{address, message: 'container was taken off its network outside Compartment'}]
		: [];
}

/** Why a container has to make room for a new one although its configuration is right: to start it would not mend it. */
export function whyBroken(
	input: Place,
	container: ObservedContainer,
	health: Health,
	networks: readonly string[],
): string[] {
	if (missingNetworks(input).some(name => networks.includes(name))) return ['its network is gone'];
	if (container.state === 'paused' || needsReplacement(health)) return [health.cause ?? 'container is paused'];
	return isOff(container, networks) ? ['container was taken off its network outside Compartment'] : [];
}
