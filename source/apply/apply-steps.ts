import {routesAddress} from '../model/address.ts';
import {environmentNetworkName} from '../model/names.ts';
import type {DesiredService} from '../model/specs.ts';
import {activeDeployment} from '../plan/input.ts';
import type {Action, Plan} from '../plan/plan.ts';
import {desiredRoutes} from '../plan/routes.ts';
import {ensureRouter, joinEnvironment} from '../router/router.ts';
import type {Deployment} from '../state/state.ts';
import {type ApplyContext, progress} from './context.ts';
import {startCandidate} from './steps/candidate.ts';
import {makeImage} from './steps/image.ts';
import {createNetworks} from './steps/network.ts';
import {replaceResource, updateResource} from './steps/resource.ts';
import {startAgain} from './steps/restart.ts';
import {deleteService, removeOldContainers, retireDeployment} from './steps/retire.ts';
import {switchTraffic} from './steps/switch.ts';
import {createVolume} from './steps/volume.ts';
import {replaceWorker} from './steps/worker.ts';

/**
 * A node of an apply. Several nodes can make one visible step: a service starts with its candidate and is done when
 * its former deployment is retired.
 */
export type ApplyStep = {
	readonly id: string;
	/** The action it belongs to; null for the switch when no rule changes. */
	readonly address: string | null;
	readonly isFirst: boolean;
	readonly isLast: boolean;
	readonly dependsOn: readonly string[];
	readonly run: () => Promise<void>;
};

const switchId = 'switch';
const joinId = 'join';
const whole = {isFirst: true, isLast: true} as const;

/** What happens between the nodes of one apply. */
type Shared = {
	/** Service → candidate that is ready. */
	readonly ready: Record<string, string>;
	readonly removed: string[];
	/** Service → deployment that served before the switch. */
	readonly former: Record<string, Deployment>;
};

const find = <Item extends {readonly address: string}>(items: readonly Item[], address: string): Item =>
	items.find(item => item.address === address)!;

function serviceSteps(
	context: ApplyContext,
	shared: Shared,
	action: Action,
	candidateIds: readonly string[],
): ApplyStep[] {
	const {address} = action;
	if (action.kind === 'delete') {
		const name = address.slice('service.'.length);
		shared.removed.push(name);
		const former = activeDeployment(context.state.current(), name);
		const run = async () => {
			if (former) await retireDeployment(context, address, former);
			await deleteService(context, name);
		};
		return [{id: address, address, ...whole, dependsOn: [switchId], run}];
	}
	const service: DesiredService = find(context.plan.desired.services, address);
	const before = [joinId, ...action.dependsOn];
	if (action.kind === 'update')
		return [{id: address, address, ...whole, dependsOn: before, run: () => startAgain(context, service)}];
	const former = activeDeployment(context.state.current(), service.name);
	if (former) shared.former[service.name] = former;
	const isWorker = service.kind === 'worker';
	const candidate: ApplyStep = {
		id: candidateId(address),
		address,
		isFirst: true,
		isLast: false,
		// A worker is stopped before its successor starts, so it waits until nothing else can fail.
		dependsOn: isWorker ? [...before, ...candidateIds] : before,
		async run() {
			const start = isWorker ? replaceWorker : startCandidate;
			const deployment = await start(context, service);
			shared.ready[service.name] = deployment.id;
			progress(context, address, 'ready, waits for the switch');
		},
	};
	const retire: ApplyStep = {
		id: address,
		address,
		isFirst: false,
		isLast: true,
		dependsOn: [switchId],
		async run() {
			if (former) await retireDeployment(context, address, former);
			await removeOldContainers(context, service.name);
		},
	};
	return [candidate, retire];
}

const candidateId = (address: string): string => `${address} candidate`;

function objectStep(context: ApplyContext, action: Action): ApplyStep {
	const {plan, engine, router} = context;
	const {address, dependsOn} = action;
	const runs: Partial<Record<Action['object'], () => Promise<void>>> = {
		network: () => createNetworks(context),
		volume: () => createVolume(context, find(plan.desired.volumes, address)),
		image: () => makeImage(context, plan.images.find(({service}) => `image.${service}` === address)!),
		resource: () => {
			const resource = find(plan.desired.resources, address);
			return action.kind === 'update' ? updateResource(context, resource) : replaceResource(context, resource);
		},
		async router() {
			await ensureRouter(engine, router, {onProgress: message => progress(context, address, message)});
		},
	};
	const run = runs[action.object];
	if (!run) throw new Error(`no step for ${action.object} ${action.kind}`);
	const before = action.object === 'resource' ? [joinId, ...dependsOn] : dependsOn;
	return {id: address, address, ...whole, dependsOn: before, run};
}

function switchStep(context: ApplyContext, shared: Shared, actions: readonly Action[]): ApplyStep | undefined {
	const routes = actions.find(({object}) => object === 'routes');
	const services = actions.filter(({object, kind}) => object === 'service' && kind !== 'update');
	if (!routes && services.length === 0) return undefined;
	return {
		id: switchId,
		address: routes ? routesAddress : null,
		...whole,
		dependsOn: [joinId, ...services.filter(({kind}) => kind !== 'delete').map(({address}) => candidateId(address))],
		run() {
			const state = context.state.current();
			const wanted = desiredRoutes({desired: context.plan.desired, state, services: context.plan.services});
			// Without a routes action nothing changes in them, or the user left it out.
			const target = routes ? wanted : (state.routes ?? wanted);
			return switchTraffic(context, target, shared.ready, shared.removed);
		},
	};
}

/** The router probes from inside the environment's network, so it joins before anything has to become ready. */
const joinStep = ({engine, router, plan}: ApplyContext): ApplyStep => ({
	id: joinId,
	address: null,
	...whole,
	dependsOn: ['network', 'router'],
	run: () => joinEnvironment(engine, router, environmentNetworkName(plan.project, plan.environment)),
});

/** The actions that an apply carries out. */
export const busyActions = (plan: Plan): Action[] => plan.actions.filter(({kind}) => kind !== 'none');

/** The graph of an apply: one node or more for every action that is not `none`. */
export function applySteps(context: ApplyContext): ApplyStep[] {
	const actions = busyActions(context.plan);
	const shared: Shared = {ready: {}, removed: [], former: {}};
	const isWorker = ({address}: Action) =>
		context.plan.desired.services.some(service => service.address === address && service.kind === 'worker');
	const candidateIds = actions
		.filter(
			action =>
				action.object === 'service' && (action.kind === 'create' || action.kind === 'replace') && !isWorker(action),
		)
		.map(({address}) => candidateId(address));
	const steps = actions.flatMap(action => {
		if (action.object === 'routes') return [];
		return action.object === 'service'
			? serviceSteps(context, shared, action, candidateIds)
			: [objectStep(context, action)];
	});
	const traffic = switchStep(context, shared, actions);
	return [joinStep(context), ...steps, ...(traffic ? [traffic] : [])];
}
