import {routesAddress} from '../../model/address.ts';
import {type Action, busyActions, type Plan} from '../../plan/plan.ts';
import {isBesideServing, serviceSteps} from './service-steps.ts';
import {candidateId, joinId, onlyStep, type Step, switchId, type Task, unlisted, watchId} from './step.ts';

function resourceTask({mode}: Plan, {kind}: Action): Task {
	if (mode === 'start') return 'start resource';
	if (mode === 'restart') return 'restart resource';
	if (mode === 'rotate') return 'rotate passwords';
	if (kind === 'create') return 'create resource';
	return kind === 'update' ? 'update resource' : 'replace resource';
}

function objectStep(plan: Plan, action: Action): Step {
	const tasks: Partial<Record<Action['object'], Task>> = {
		network: 'create networks',
		volume: 'create volume',
		image: 'make image',
		resource: resourceTask(plan, action),
		router: 'run router',
	};
	const {object, kind, dependsOn} = action;
	const task = tasks[object];
	if (!task) throw new Error(`no step for ${object} ${kind}`);
	return onlyStep(action, task, object === 'resource' ? [joinId, ...dependsOn] : dependsOn);
}

// After the switch: if it is rolled back, the stray may be what serves.
const strayStep = (action: Action, switching: readonly Step[]): Step =>
	onlyStep(action, 'remove container', [
		...action.dependsOn.filter(other => other !== routesAddress),
		...switching.map(({id}) => id),
	]);

/** One switch for all services when every candidate is ready, and a watch over the new deployments. */
function switchSteps(plan: Plan, actions: readonly Action[]): Step[] {
	const routes = actions.find(({object}) => object === 'routes');
	const services = actions.filter(({object, address}) => object === 'service' && address.startsWith('service.'));
	const changing = services.filter(({kind}) => kind !== 'update' || plan.mode === 'promote');
	if (plan.isHold || (!routes && changing.length === 0)) return [];
	const images = actions.filter(({object}) => object === 'image').map(({address}) => address);
	const candidates = changing.filter(({kind}) => kind !== 'delete').map(({address}) => candidateId(address));
	return [
		// Runs while candidates start, so that the switch itself has nothing to read.
		{...unlisted, id: 'read router', task: 'read router', dependsOn: [joinId, ...images]},
		{
			...unlisted,
			id: switchId,
			task: 'switch traffic',
			address: routes ? routesAddress : null,
			dependsOn: [joinId, ...candidates],
		},
		{...unlisted, id: watchId, task: 'watch deployments', dependsOn: [switchId]},
	];
}

function applySteps(plan: Plan): Step[] {
	const actions = busyActions(plan);
	const candidates = actions.filter(action => isBesideServing(plan, action)).map(({address}) => candidateId(address));
	const switching = switchSteps(plan, actions);
	const steps = actions.flatMap(action => {
		if (action.object === 'routes') return [];
		if (action.object === 'container') return [strayStep(action, switching)];
		const isService = action.object === 'service' || action.object === 'release';
		return isService ? serviceSteps(plan, action, candidates) : [objectStep(plan, action)];
	});
	// The router probes from inside the environment's network, so it joins before anything becomes ready.
	const join: Step = {...unlisted, id: joinId, task: 'join router', dependsOn: ['network', 'router']};
	const all = [join, ...steps, ...switching];
	return [...all, {...unlisted, id: 'clean up', task: 'clean up images', dependsOn: all.map(({id}) => id)}];
}

/** Services, then resources; nothing is removed. */
function stopSteps(plan: Plan): Step[] {
	const actions = busyActions(plan);
	const steps = actions.map(action => onlyStep(action, action.object === 'service' ? 'stop service' : 'stop resource'));
	const services = actions.filter(({object}) => object === 'service').map(({address}) => address);
	if (services.length === 0) return steps;
	// Otherwise every request would wait until the router gives up connecting.
	return [...steps, {...unlisted, id: 'publish stops', task: 'publish stops', dependsOn: services}];
}

function destroySteps(plan: Plan): Step[] {
	const tasks: Partial<Record<Action['object'], Task>> = {
		service: 'delete service',
		resource: 'delete resource',
		volume: 'remove volume',
		routes: 'withdraw routes',
		network: 'remove networks',
		router: 'remove router',
	};
	return busyActions(plan).map(action => {
		const task = tasks[action.object];
		if (!task) throw new Error(`no step for deleting ${action.object}`);
		return onlyStep(action, task);
	});
}

/** The steps of a plan: one or more for every action that changes something. Pure, so that it can be shown beforehand. */
export function buildGraph(plan: Plan): Step[] {
	if (plan.mode === 'destroy') return destroySteps(plan);
	return plan.mode === 'stop' ? stopSteps(plan) : applySteps(plan);
}
