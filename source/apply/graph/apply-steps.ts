import {routesAddress} from '../../model/address.ts';
import {environmentNetworkName} from '../../model/names.ts';
import type {Action, Plan} from '../../plan/plan.ts';
import {ensureRouter, joinEnvironment, readAhead} from '../../router/router.ts';
import {cleanUpImages} from '../clean-up-images.ts';
import {type ApplyContext, progress} from '../context.ts';
import {makeImage} from '../steps/image.ts';
import {createNetworks} from '../steps/network.ts';
import {replaceResource} from '../steps/replace-resource.ts';
import {restartResource, updateResource} from '../steps/resource.ts';
import {rotateResource} from '../steps/rotate.ts';
import {removeStray} from '../steps/stray.ts';
import {switchTraffic} from '../steps/switch.ts';
import {createVolume} from '../steps/volume.ts';
import {watchDeployments} from '../steps/watch.ts';
import {isBesideServing, serviceSteps} from './service-steps.ts';
import {type ApplyStep, candidateId, joinId, type Shared, switchId, watchId, whole} from './step.ts';

const find = <Item extends {readonly address: string}>(items: readonly Item[], address: string): Item =>
	items.find(item => item.address === address)!;

function runResource(context: ApplyContext, {address, kind}: Action): Promise<void> {
	const {mode, desired} = context.plan;
	if (mode === 'start' || mode === 'restart') return restartResource(context, address, mode);
	const resource = find(desired.resources, address);
	if (mode === 'rotate') return rotateResource(context, resource);
	return kind === 'update' ? updateResource(context, resource) : replaceResource(context, resource);
}

function objectStep(context: ApplyContext, action: Action): ApplyStep {
	const {plan, engine, router} = context;
	const {address, dependsOn} = action;
	const runs: Partial<Record<Action['object'], () => Promise<void>>> = {
		network: () => createNetworks(context),
		volume: () => createVolume(context, find(plan.desired.volumes, address)),
		image: () => makeImage(context, plan.images.find(({service}) => `image.${service}` === address)!),
		resource: () => runResource(context, action),
		async router() {
			await ensureRouter(engine, router, {onProgress: message => progress(context, address, message)});
		},
	};
	const run = runs[action.object];
	if (!run) throw new Error(`no step for ${action.object} ${action.kind}`);
	const before = action.object === 'resource' ? [joinId, ...dependsOn] : dependsOn;
	return {id: address, address, ...whole, dependsOn: before, run};
}

// After the switch: if it is rolled back, the stray may be what serves.
const strayStep = (
	context: ApplyContext,
	{address, dependsOn}: Action,
	switching: readonly ApplyStep[],
): ApplyStep => ({
	id: address,
	address,
	...whole,
	dependsOn: [...dependsOn.filter(other => other !== routesAddress), ...switching.map(({id}) => id)],
	run: () => removeStray(context, address),
});

/** Connects the router to the environment's network. It probes from there, so this comes before anything becomes ready. */
const joinStep = ({engine, router, plan}: ApplyContext): ApplyStep => ({
	id: joinId,
	address: null,
	...whole,
	dependsOn: ['network', 'router'],
	run: () => joinEnvironment(engine, router, environmentNetworkName(plan.project, plan.environment)),
});

/** One switch for all services when every candidate is ready, and a watch over the new deployments. */
function switchSteps(context: ApplyContext, shared: Shared, actions: readonly Action[]): ApplyStep[] {
	const {plan, state} = context;
	const routes = actions.find(({object}) => object === 'routes');
	const services = actions.filter(({object, address}) => object === 'service' && address.startsWith('service.'));
	const isPromotion = plan.mode === 'promote';
	const changing = services.filter(({kind}) => kind !== 'update' || isPromotion);
	if (plan.isHold || (!routes && changing.length === 0)) return [];
	const traffic: ApplyStep = {
		id: switchId,
		address: routes ? routesAddress : null,
		...whole,
		dependsOn: [joinId, ...changing.filter(({kind}) => kind !== 'delete').map(({address}) => candidateId(address))],
		run() {
			// Without a routes action the routes are unchanged, or the user deselected it.
			const previous = state.current().routes;
			const wanted = (routes ? plan.routes : previous) ?? plan.routes ?? {hosts: {}, rules: [], access: {}};
			return switchTraffic(context, wanted, shared.ready, shared.ahead);
		},
	};
	// Runs while candidates start, so that the switch itself has nothing to read.
	const ahead: ApplyStep = {
		id: 'read ahead',
		address: null,
		...whole,
		dependsOn: [joinId, ...actions.filter(({object}) => object === 'image').map(({address}) => address)],
		async run() {
			shared.ahead = readAhead(context.engine, context.router);
		},
	};
	const watch: ApplyStep = {
		id: watchId,
		address: null,
		...whole,
		dependsOn: [switchId],
		run: () => watchDeployments(context, {...shared, switched: shared.ready}),
	};
	return [ahead, traffic, watch];
}

/** The actions that do something. */
export const busyActions = (plan: Plan): Action[] => plan.actions.filter(({kind}) => kind !== 'none');

/** Removes images that no retained deployment needs, after everything else. */
const cleanUpStep = (context: ApplyContext, steps: readonly ApplyStep[]): ApplyStep => ({
	id: 'clean up',
	address: null,
	...whole,
	dependsOn: steps.map(({id}) => id),
	run: () => cleanUpImages(context),
});

/** The graph of an apply: one or more steps for every action that is not `none`. */
export function applySteps(context: ApplyContext): ApplyStep[] {
	const actions = busyActions(context.plan);
	const shared: Shared = {opened: {}, ready: {}, previous: {}, previousRoutes: context.state.current().routes};
	const candidates = actions
		.filter(action => isBesideServing(context, action))
		.map(({address}) => candidateId(address));
	const switching = switchSteps(context, shared, actions);
	const steps = actions.flatMap(action => {
		if (action.object === 'routes') return [];
		if (action.object === 'container') return [strayStep(context, action, switching)];
		const isService = action.object === 'service' || action.object === 'release';
		return isService ? serviceSteps(context, shared, action, candidates) : [objectStep(context, action)];
	});
	const all = [joinStep(context), ...steps, ...switching];
	return [...all, cleanUpStep(context, all)];
}
