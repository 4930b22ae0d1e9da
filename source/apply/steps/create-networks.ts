import {createNetworkIn, openPool, type Pool} from '../../engine/create-network.ts';
import type {ObservedNetwork} from '../../engine/engine.ts';
import {observeOwn} from '../../engine/own-engine.ts';
import {networkAddress} from '../../model/address.ts';
import {labelsOf} from '../../model/labels.ts';
import {environmentNetworkName, meshNetworkName} from '../../model/names.ts';
import {dynamicRange, prefixFor} from '../../model/subnets.ts';
import {wantedAddresses} from '../../plan/addresses.ts';
import type {NetworkRecord} from '../../state/state.ts';
import type {EnvironmentContext} from '../context.ts';
import {writeJournaled} from '../journaled.ts';
import type {NetworkMaker} from '../results.ts';

async function ensureNetwork(
	context: EnvironmentContext,
	name: string,
	existing: ObservedNetwork | undefined,
	pool: Pool,
): Promise<NetworkRecord> {
	const {plan, engine} = context;
	if (existing?.subnet) return {name, subnet: existing.subnet};
	return writeJournaled(context, {
		address: networkAddress,
		intent: {type: 'create-network', name},
		run: async op => {
			const object = {lineage: plan.lineage, project: plan.project, environment: plan.environment};
			const own = labelsOf({...object, address: networkAddress, op});
			const specOf = (block: string) => ({name, labels: own, addressRange: dynamicRange(block)});
			const {subnet} = await createNetworkIn(engine, pool, specOf);
			return {name, subnet};
		},
	});
}

/** The environment's networks. The engine is not asked again when the plan has found none. */
async function readNetworks({engine, plan, found}: EnvironmentContext): Promise<readonly ObservedNetwork[]> {
	if (found?.observed.networks.length === 0) return [];
	return (await observeOwn(engine, plan)).networks;
}

/** Makes each network once. What exists and which blocks are free is read once, for both. */
export function networkMaker(context: EnvironmentContext): NetworkMaker {
	const {plan, engine, settings} = context;
	const names = {
		environment: environmentNetworkName(plan.project, plan.environment),
		mesh: meshNetworkName(plan.project, plan.environment),
	};
	const prefix = prefixFor(wantedAddresses(plan.desired), settings.networkPrefix);
	const pool = openPool(engine, settings.networkPool, prefix);
	let observed: Promise<readonly ObservedNetwork[]> | undefined;
	const make: NetworkMaker = async which => {
		observed ??= readNetworks(context);
		const existing = (await observed).find(({name}) => name === names[which]);
		return ensureNetwork(context, names[which], existing, pool);
	};
	const made: Partial<Record<keyof typeof names, Promise<NetworkRecord>>> = {};
	return which => (made[which] ??= make(which));
}

/** Records both networks, when both are there. */
export async function recordNetworks({state}: EnvironmentContext, make: NetworkMaker): Promise<void> {
	const [environment, mesh] = [await make('environment'), await make('mesh')];
	await state.update(current => ({...current, networks: {environment, mesh}}));
}

/** Creates the environment's two networks, or adopts existing ones. */
export async function createNetworks(context: EnvironmentContext): Promise<void> {
	const make = networkMaker(context);
	// Both have to settle: the journal must not be closed under a write.
	await Promise.allSettled([make('environment'), make('mesh')]);
	await recordNetworks(context, make);
}
