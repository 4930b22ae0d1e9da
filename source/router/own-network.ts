import {createNetworkIn, openPool} from '../engine/create-network.ts';
import type {Engine} from '../engine/engine.ts';
import {EngineError, UserError} from '../errors.ts';
import {labels} from '../model/labels.ts';
import {routerNetworkName} from '../model/names.ts';
import {pickAddress} from '../model/subnets.ts';
import {poolOf, type RouterOptions} from './options.ts';

/** Prefix length; fits the network address, the gateway, the router and the broadcast address. */
export const ownPrefix = 29;

/** The network that the router is published through; no other container is on it. */
export const ownNetworkName = ({name}: RouterOptions): string => routerNetworkName(name);

/** Creates the router's own network unless it exists. Returns the router's address in it. */
export async function ensureOwnNetwork(engine: Engine, options: RouterOptions): Promise<string> {
	const name = ownNetworkName(options);
	const found = await findOwn(engine, name);
	if (found) return addressIn(found);
	if (await engine.findByName('network', name))
		throw new UserError(`A network named ${name} exists that Compartment did not create.`, {
			hint: `docker network rm ${name}`,
		});
	const specOf = () => ({name, labels: {[labels.router]: 'true'}});
	try {
		await createNetworkIn(engine, openPool(engine, poolOf(options), ownPrefix), specOf);
	} catch (error) {
		// Another process may have created it meanwhile.
		if (!(error instanceof EngineError) || !(await findOwn(engine, name))) throw error;
	}
	return addressIn((await findOwn(engine, name))!);
}

/**
 * Returns the subnet of the network. Engines let two processes create two networks with the same name; both processes
 * then keep the one with the smaller id, unless the other is already in use.
 */
async function findOwn(engine: Engine, name: string): Promise<string | undefined> {
	const {networks} = await engine.observe({[labels.router]: 'true'});
	const found = networks.filter(network => network.name === name).sort((a, b) => (a.id < b.id ? -1 : 1));
	let kept = found[0];
	for (const other of found.slice(1)) {
		if (await isRemoved(engine, other.id)) continue;
		if (kept && (await isRemoved(engine, kept.id))) kept = other;
	}
	return kept?.subnet;
}

const isRemoved = (engine: Engine, id: string): Promise<boolean> =>
	engine.removeNetwork(id).then(
		() => true,
		() => false,
	);

const addressIn = (subnet: string): string => pickAddress({subnet}, new Set())!;

/** Removes the router's own network if it is ours. */
export async function removeOwnNetwork(engine: Engine, options: RouterOptions): Promise<void> {
	const found = await engine.findByName('network', ownNetworkName(options));
	if (found?.labels[labels.router] === 'true') await engine.removeNetwork(found.id);
}
