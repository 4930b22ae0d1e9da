import {observeOwn} from '../../engine/own-engine.ts';
import {EngineError, UserError} from '../../errors.ts';
import {networkAddress} from '../../model/address.ts';
import {labelsOf} from '../../model/labels.ts';
import {environmentNetworkName, meshNetworkName} from '../../model/names.ts';
import {dynamicRange, pickSubnet, prefixFor} from '../../model/subnets.ts';
import type {NetworkRecord} from '../../state/state.ts';
import type {ApplyContext} from '../context.ts';
import {operate} from '../operation.ts';

/** How often a block that somebody else just took is chosen anew. */
const attempts = 10;

async function ensureNetwork(context: ApplyContext, name: string): Promise<NetworkRecord> {
	const {plan, engine, settings} = context;
	const existing = (await observeOwn(engine, plan)).networks.find(network => network.name === name);
	if (existing?.subnet) return {name, subnet: existing.subnet};
	const prefix = prefixFor(plan.desired.services.length, settings.networkPrefix);
	return operate(context, {
		address: networkAddress,
		intent: {type: 'create-network', name},
		run: async op => {
			const object = {lineage: plan.lineage, project: plan.project, environment: plan.environment};
			const own = labelsOf({...object, address: networkAddress, op});
			const refused: string[] = [];
			for (;;) {
				const used = [...(await engine.listSubnets()), ...refused];
				const subnet = pickSubnet(settings.networkPool, prefix, used);
				if (!subnet)
					throw new UserError(`no /${prefix} block is free in the network pool ${settings.networkPool}`, {
						hint: 'destroy an environment, or set another pool: COMPARTMENT_NETWORK_POOL=10.214.0.0/16',
					});
				try {
					await engine.createNetwork({name, labels: own, subnet, addressRange: dynamicRange(subnet)});
					return {name, subnet};
				} catch (error) {
					// Another process takes the block just now; the engine does not list it before it is done.
					if (refused.push(subnet) === attempts || !(error instanceof EngineError) || !/overlap/i.test(error.message))
						throw error;
				}
			}
		},
	});
}

/** Creates the environment's two networks, or takes the ones that are there. */
export async function createNetworks(context: ApplyContext): Promise<void> {
	const {project, environment} = context.plan;
	const own = await ensureNetwork(context, environmentNetworkName(project, environment));
	const mesh = await ensureNetwork(context, meshNetworkName(project, environment));
	await context.state.update(state => ({...state, networks: {environment: own, mesh}}));
}
