import {createNetworkIn, openPool, type Pool} from '../../engine/create-network.ts';
import type {ObservedNetwork} from '../../engine/engine.ts';
import {observeOwn} from '../../engine/own-engine.ts';
import {networkAddress} from '../../model/address.ts';
import {labelsOf} from '../../model/labels.ts';
import {environmentNetworkName, meshNetworkName} from '../../model/names.ts';
import {type Addresses, dynamicRange, recordedSubnet, sizeFor} from '../../model/subnets.ts';
import {wantedAddresses} from '../../plan/addresses.ts';
import type {NetworkPair, NetworkRecord} from '../../state/state.ts';
import type {EnvironmentContext} from '../context.ts';
import {writeJournaled} from '../journaled.ts';
import type {NetworkMaker} from '../results.ts';

async function ensureNetwork(
	context: EnvironmentContext,
	name: string,
	existing: ObservedNetwork | undefined,
	pool: Pool,
	wanted: Addresses,
): Promise<NetworkRecord> {
	const {plan, engine, settings} = context;
	if (existing?.subnet) return {name, ...recordedSubnet({...existing, subnet: existing.subnet})};
	const {prefix, rangePrefix} = sizeFor(wanted, settings.networkPrefix);
	return writeJournaled(context, {
		address: networkAddress,
		intent: {type: 'create-network', name},
		run: async op => {
			const object = {lineage: plan.lineage, project: plan.project, environment: plan.environment};
			const own = labelsOf({...object, address: networkAddress, op});
			const specOf = (block: string) => ({name, labels: own, addressRange: dynamicRange(block, rangePrefix)});
			const {subnet} = await createNetworkIn(engine, pool, specOf, prefix);
			return {name, ...recordedSubnet({subnet, addressRange: dynamicRange(subnet, rangePrefix)})};
		},
	});
}

type Names = {readonly environment: string; readonly mesh: string};

/** The names of the environment's networks: those that are recorded, else the first. */
function namesOf({plan: {project, environment}, state}: EnvironmentContext): Names {
	const {networks} = state.current();
	return {
		environment: networks?.environment.name ?? environmentNetworkName(project, environment),
		mesh: networks?.mesh.name ?? meshNetworkName(project, environment),
	};
}

/** The environment's networks. The engine is not asked again when the plan has found none. */
async function readNetworks({engine, state, found}: EnvironmentContext): Promise<readonly ObservedNetwork[]> {
	if (found?.observed.networks.length === 0) return [];
	return (await observeOwn(engine, state.current())).networks;
}

/**
 * Makes each network once, sized for the plan. What exists and which blocks are free is read once, for both.
 * @param names by default those of the environment's networks
 */
export function networkMaker(context: EnvironmentContext, names = namesOf(context)): NetworkMaker {
	const {engine, plan, settings} = context;
	const wanted = wantedAddresses(plan.desired);
	const pool = openPool(engine, settings.networkPool, settings.networkPrefix);
	let observed: Promise<readonly ObservedNetwork[]> | undefined;
	const make: NetworkMaker = async which => {
		observed ??= readNetworks(context);
		const existing = (await observed).find(({name}) => name === names[which]);
		return ensureNetwork(context, names[which], existing, pool, wanted[which]);
	};
	const made: Partial<Record<keyof typeof names, Promise<NetworkRecord>>> = {};
	return which => (made[which] ??= make(which));
}

/** Records both networks, when both are there. */
export async function recordNetworks({state}: EnvironmentContext, make: NetworkMaker): Promise<void> {
	const [environment, mesh] = [await make('environment'), await make('mesh')];
	await state.update(current => ({...current, networks: {...current.networks, environment, mesh}}));
}

/** Makes both networks. Both settle before an error: the journal must not be closed under a write. */
export async function makeBoth(make: NetworkMaker): Promise<NetworkPair> {
	await Promise.allSettled([make('environment'), make('mesh')]);
	return {environment: await make('environment'), mesh: await make('mesh')};
}

/** Creates the environment's two networks, or adopts existing ones. */
export async function createNetworks(context: EnvironmentContext): Promise<void> {
	const make = networkMaker(context);
	await makeBoth(make);
	await recordNetworks(context, make);
}
