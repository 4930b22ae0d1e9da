import {environmentNetworkName, parseNetworkName} from '../model/names.ts';
import {isInside} from '../model/subnets.ts';
import type {Deployment, EnvironmentName, NetworkPair, NetworksRecord, State} from './state.ts';

/** The number of a network of this environment: larger ones replace smaller ones. */
export const networkNumber = ({project, environment}: EnvironmentName, name: string): number =>
	parseNetworkName(project, environment, name)?.number ?? 1;

type Recorded = Pick<State, 'project' | 'environment' | 'networks'>;

/** The newest networks: every resource is on them, and while networks are replaced, everything that starts. */
export function newestNetworks({networks, ...owner}: Recorded): NetworkPair | null {
	const other = networks?.other;
	if (!networks || !other) return networks;
	return networkNumber(owner, other.environment.name) > networkNumber(owner, networks.environment.name)
		? other
		: networks;
}

/** The name of the newest network, also before it is recorded. */
export const newestNetworkName = (state: Recorded): string =>
	newestNetworks(state)?.environment.name ?? environmentNetworkName(state.project, state.environment);

/** The networks of a deployment: its address shows which. One without an address is on those that serve. */
export function networksOfDeployment(
	{networks}: Pick<State, 'networks'>,
	{address}: Pick<Deployment, 'address'>,
): NetworkPair | null {
	const other = networks?.other;
	return other && address !== undefined && isInside(other.environment, address) ? other : networks;
}

/** The networks after these deployments have become active: the pair on which they run. */
export function networksAfter(
	state: Pick<State, 'networks' | 'deployments'>,
	active: readonly string[],
): NetworksRecord | null {
	const {networks, deployments} = state;
	if (!networks?.other) return networks;
	const {other, ...serving} = networks;
	const isMoved = active.some(id => deployments[id] && networksOfDeployment(state, deployments[id]) === other);
	return isMoved ? {...other, other: serving} : networks;
}
