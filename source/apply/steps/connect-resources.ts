import type {ObservedContainer} from '../../engine/engine.ts';
import {observeOwn} from '../../engine/own-engine.ts';
import {nameIn} from '../../model/address.ts';
import {labels} from '../../model/labels.ts';
import type {EnvironmentContext} from '../context.ts';

/** The environment's containers of resources. */
export async function resourceContainers({engine, state}: EnvironmentContext): Promise<ObservedContainer[]> {
	const {containers} = await observeOwn(engine, state.current());
	return containers.filter(({labels: own}) => own[labels.address]?.startsWith('resource.'));
}

/** Connects the containers of recorded resources to a network, with the names by which services find them. */
export async function connectResources(context: EnvironmentContext, network: string): Promise<void> {
	const {resources} = context.state.current();
	const connect = async ({id, networks, labels: own}: ObservedContainer) => {
		const record = resources[nameIn(own[labels.address] ?? '')];
		if (!record || Object.hasOwn(networks, network)) return;
		await context.engine.join(id, {network, aliases: [record.spec.hostname, record.name]});
	};
	await Promise.all((await resourceContainers(context)).map(connect));
}
