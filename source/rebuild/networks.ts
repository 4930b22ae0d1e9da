import type {ObservedNetwork} from '../engine/engine.ts';
import {parseNetworkName} from '../model/names.ts';
import {recordedSubnet} from '../model/subnets.ts';
import type {NetworkPair, NetworkRecord, NetworksRecord} from '../state/state.ts';
import type {Remains} from './remains.ts';

const recordOf = ({name, subnet, addressRange}: ObservedNetwork): NetworkRecord => ({
	name,
	...recordedSubnet({subnet: subnet!, addressRange}),
});

/** The pairs of an environment's networks by their number, with both networks. */
function pairsOf({observed, owner: {project, environment}}: Remains): readonly (readonly [number, NetworkPair])[] {
	const parsed = observed.networks.flatMap(network => {
		const name = parseNetworkName(project, environment, network.name);
		return name && network.subnet !== undefined ? [{...name, network}] : [];
	});
	const numbers = [...new Set(parsed.map(({number}) => number))].sort((a, b) => b - a);
	return numbers.flatMap(number => {
		const find = (isMesh: boolean) => parsed.find(each => each.number === number && each.isMesh === isMesh)?.network;
		const [environmentNetwork, mesh] = [find(false), find(true)];
		if (!environmentNetwork || !mesh) return [];
		return [[number, {environment: recordOf(environmentNetwork), mesh: recordOf(mesh)}] as const];
	});
}

/**
 * The networks on which an environment serves: those that its active containers are on, else the newest. Others are left for
 * the next plan, which continues or cleans up their replacement.
 * @param serving ids of active containers
 */
export function networksRecord(remains: Remains, serving: ReadonlySet<string>): NetworksRecord | null {
	const containers = remains.observed.containers.filter(({id}) => serving.has(id));
	const used = ({environment}: NetworkPair): number =>
		containers.filter(({networks}) => Object.hasOwn(networks, environment.name)).length;
	const [best] = [...pairsOf(remains)].sort(([a, one], [b, other]) => used(other) - used(one) || b - a);
	return best?.[1] ?? null;
}
