import type {ContainerState, ObservedContainer} from '../engine/engine.ts';
import {environmentNetworkName, meshNetworkName} from '../model/names.ts';
import type {PlanInput} from './input.ts';

type Place = Pick<PlanInput, 'desired' | 'observed'>;

/** The networks of an environment that a service is on. A resource is on the first one only. */
export const networksOf = ({desired: {project, environment}}: Pick<PlanInput, 'desired'>): [string, string] => [
	environmentNetworkName(project, environment),
	meshNetworkName(project, environment),
];

/** Networks of the environment that the engine does not have. */
export const missingNetworks = (input: Place): string[] =>
	networksOf(input).filter(name => !input.observed.networks.some(network => network.name === name));

/** A container that its restart policy starts again is up too. */
export const isUp = (state: ContainerState | undefined): boolean => state === 'running' || state === 'restarting';

const isOff = (container: ObservedContainer, networks: readonly string[]): boolean =>
	networks.some(name => !Object.hasOwn(container.networks, name));

/** What became of a container behind Compartment's back; undefined when it runs as it was left. */
export function containerDrift(
	container: ObservedContainer | undefined,
	networks: readonly string[],
): string | undefined {
	if (!container) return 'container was removed outside Compartment';
	if (container.state === 'paused') return 'container was paused outside Compartment';
	if (!isUp(container.state)) return `container was stopped outside Compartment (${container.status})`;
	return isOff(container, networks) ? 'container was taken off its network outside Compartment' : undefined;
}

/** Why a container has to make room for a new one although its configuration is right: to start it would not mend it. */
export function whyBroken(input: Place, container: ObservedContainer, networks: readonly string[]): string[] {
	if (missingNetworks(input).some(name => networks.includes(name))) return ['its network is gone'];
	if (container.state === 'paused') return ['container was paused outside Compartment'];
	return isOff(container, networks) ? ['container was taken off its network outside Compartment'] : [];
}
