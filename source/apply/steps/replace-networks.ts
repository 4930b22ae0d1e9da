import type {ObservedNetwork} from '../../engine/engine.ts';
import {observeOwn} from '../../engine/own-engine.ts';
import {UserError} from '../../errors.ts';
import {failpoint} from '../../failpoints.ts';
import {command, hint} from '../../hint.ts';
import {networkAddress} from '../../model/address.ts';
import {isKeptUp} from '../../model/container-state.ts';
import {isRunning} from '../../model/kinds.ts';
import {labels} from '../../model/labels.ts';
import {replacingNetworks} from '../../plan/networks.ts';
import {leaveEnvironment} from '../../router/router.ts';
import {activeDeployment} from '../../state/deployments.ts';
import {newestNetworks} from '../../state/networks.ts';
import type {NetworkPair, NetworkRecord, NetworksRecord, State} from '../../state/state.ts';
import {type ApplyContext, notice, progress} from '../context.ts';
import {publishState} from '../publish-state.ts';
import {connectResources, resourceContainers} from './connect-resources.ts';
import {makeBoth, networkMaker} from './create-networks.ts';
import {removeNetworks} from './remove-networks.ts';

const servingPair = ({environment, mesh}: NetworkPair): NetworkPair => ({environment, mesh});

/** The present networks with those that replace them. Present ones that were removed outside of Compartment do not count. */
function besidePresent(present: NetworkPair, found: readonly ObservedNetwork[], pair: NetworkPair): NetworksRecord {
	const isThere = ({name}: NetworkRecord) => found.some(network => network.name === name);
	return isThere(present.environment) && isThere(present.mesh) ? {...servingPair(present), other: pair} : pair;
}

/** Refuses a part of the plan: a service that stays behind would lose its siblings. */
function assertAllMove({plan, state}: ApplyContext): void {
	const current = state.current();
	const isChanging = (service: string): boolean =>
		plan.actions.some(({address, kind}) => address === `service.${service}` && kind !== 'none');
	const left = Object.keys(current.active).find(service => {
		const deployment = activeDeployment(current, service);
		return deployment && isRunning(deployment.kind) && !isChanging(service);
	});
	if (left === undefined) return;
	throw new UserError(`the network can only be replaced with all services, and service.${left} is deselected`, {
		hint: hint`${command('apply')} with every service, or without the network`,
	});
}

/**
 * Creates larger networks beside the present ones. What this apply starts joins them; resources and the router join both, so
 * that what serves keeps its connections until it has been replaced. Networks that an interrupted apply has begun are
 * continued.
 */
export async function replaceNetworks(context: ApplyContext): Promise<void> {
	const {engine, plan, state, results} = context;
	assertAllMove(context);
	const {networks} = await observeOwn(engine, state.current());
	const names = replacingNetworks({state: state.current(), desired: plan.desired, networks});
	const pair = await makeBoth(networkMaker(context, names));
	failpoint('networks.after-create');
	progress(context, networkAddress, 'connecting resources');
	await connectResources(context, pair.environment.name);
	await state.update(current => ({...current, networks: besidePresent(current.networks!, networks, pair)}));
	failpoint('networks.after-connect');
	results.networks = pair;
}

/** The networks other than the newest that exist, and what of ours still runs on them besides resources. */
async function previousNetworks({engine, state}: ApplyContext, newest: NetworkPair) {
	const {networks, containers} = await observeOwn(engine, state.current());
	const previous = networks.filter(({name}) => name !== newest.environment.name && name !== newest.mesh.name);
	const users = containers.filter(
		container =>
			isKeptUp(container) &&
			!container.labels[labels.address]?.startsWith('resource.') &&
			previous.some(({name}) => Object.hasOwn(container.networks, name)),
	);
	return {previous, users};
}

/** The state when everything has moved. Without routed services no switch has recorded it. */
const moved = (state: State, {environment, mesh}: NetworkPair): State => ({...state, networks: {environment, mesh}});

/**
 * Removes the networks that were replaced. Containers of jobs may still be on them; then they stay until the next apply,
 * together with the resources that those use.
 */
export async function removePreviousNetworks(context: ApplyContext): Promise<void> {
	const {engine, router, state} = context;
	const newest = newestNetworks(state.current())!;
	const {previous, users} = await previousNetworks(context, newest);
	if (users.length > 0) {
		const names = users.map(({name}) => name).join(', ');
		notice(context, 'warning', hint`the previous network stays as long as ${names} uses it; then ${command('apply')}`);
		return;
	}
	await connectResources(context, newest.environment.name);
	await state.update(current => moved(current, newest));
	failpoint('networks.after-move');
	// The router must not take another environment's containers for ours when their network gets this block.
	await publishState(context);
	for (const {name} of previous) {
		for (const {id, networks} of await resourceContainers(context))
			if (Object.hasOwn(networks, name)) await engine.leave(id, name);
		await leaveEnvironment(engine, router, name);
	}
	failpoint('networks.after-leave');
	await removeNetworks(context, previous, 'used');
}
