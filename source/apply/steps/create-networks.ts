import {createNetworkIn} from '../../engine/create-network.ts';
import {observeOwn} from '../../engine/own-engine.ts';
import {networkAddress} from '../../model/address.ts';
import {labelsOf} from '../../model/labels.ts';
import {environmentNetworkName, meshNetworkName} from '../../model/names.ts';
import {dynamicRange, prefixFor} from '../../model/subnets.ts';
import {wantedAddresses} from '../../plan/addresses.ts';
import type {NetworkRecord} from '../../state/state.ts';
import type {EnvironmentContext} from '../context.ts';
import {writeJournaled} from '../journaled.ts';

async function ensureNetwork(context: EnvironmentContext, name: string): Promise<NetworkRecord> {
	const {plan, engine, settings} = context;
	const existing = (await observeOwn(engine, plan)).networks.find(network => network.name === name);
	if (existing?.subnet) return {name, subnet: existing.subnet};
	const prefix = prefixFor(wantedAddresses(plan.desired), settings.networkPrefix);
	return writeJournaled(context, {
		address: networkAddress,
		intent: {type: 'create-network', name},
		run: async op => {
			const object = {lineage: plan.lineage, project: plan.project, environment: plan.environment};
			const own = labelsOf({...object, address: networkAddress, op});
			const {subnet} = await createNetworkIn(engine, {
				pool: settings.networkPool,
				prefix,
				specOf: block => ({name, labels: own, addressRange: dynamicRange(block)}),
			});
			return {name, subnet};
		},
	});
}

/** Creates the environment's two networks, or adopts existing ones. */
export async function createNetworks(context: EnvironmentContext): Promise<void> {
	const {project, environment} = context.plan;
	const own = await ensureNetwork(context, environmentNetworkName(project, environment));
	const mesh = await ensureNetwork(context, meshNetworkName(project, environment));
	await context.state.update(state => ({...state, networks: {environment: own, mesh}}));
}
