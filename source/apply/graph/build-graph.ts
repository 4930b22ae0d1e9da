import {nameIn, networkAddress, routesAddress} from '../../model/address.ts';
import {isRunning} from '../../model/kinds.ts';
import {makesContainer} from '../../plan/actions.ts';
import {type Action, busyActions, type Plan} from '../../plan/plan.ts';
import {isBesideServing, serviceSteps} from './service-steps.ts';
import {
	candidateId,
	drainId,
	environmentNetworkId,
	joined,
	joinId,
	meshId,
	onlyStep,
	type Step,
	switchId,
	type Task,
	unlisted,
	valuesId,
	watchId,
} from './step.ts';

/** Whether the container at an address goes on as it is. */
const isKept = ({adoption}: Plan, address: string): boolean =>
	adoption?.containers.some(container => container.address === address && container.isKept) ?? false;

function resourceTask(plan: Plan, {kind, order, address}: Action): Task {
	const {mode} = plan;
	if (mode === 'start' || (mode === 'heal' && kind === 'update')) return 'start resource';
	if (mode === 'restart') return 'restart resource';
	if (mode === 'rotate') return 'rotate passwords';
	if (kind === 'adopt') return order ? 'adopt resource' : isKept(plan, address) ? 'adopt in place' : 'stop adopted';
	if (kind === 'create') return 'create resource';
	return kind === 'update' ? 'update resource' : 'replace resource';
}

/** Whether the router is needed to see that a resource is ready. A start or restart follows the record, not the file. */
const isProbed = ({mode, desired}: Plan, {address}: Action): boolean =>
	mode === 'start' ||
	mode === 'restart' ||
	desired.resources.some(({address: own, readiness}) => own === address && readiness !== undefined);

/** The networks side by side, then the record of both. A resource waits only for the one that it is in. */
function networkSteps(action: Action): Step[] {
	if (action.kind === 'replace') return [{...onlyStep(action, 'replace networks'), isLast: false}];
	if (action.kind === 'update') return [];
	const last: Step = {...onlyStep(action, 'record networks', [environmentNetworkId, meshId]), isFirst: false};
	const create = (id: string, name: string): Step => ({...last, id, name, task: 'create network', isLast: false});
	const [environment, mesh] = [create(environmentNetworkId, 'environment'), create(meshId, 'mesh')];
	return [{...environment, isFirst: true, dependsOn: action.dependsOn}, {...mesh, dependsOn: action.dependsOn}, last];
}

function resourceStep(plan: Plan, action: Action): Step {
	const before = action.dependsOn.filter(other => other !== networkAddress);
	const place = isProbed(plan, action) ? joined : [isMoving(plan.actions) ? networkAddress : environmentNetworkId];
	return onlyStep(action, resourceTask(plan, action), [...place, ...before]);
}

function volumeTask({kind}: Action): Task {
	if (kind === 'adopt') return 'adopt volume';
	return kind === 'update' ? 'update volume' : 'create volume';
}

function objectSteps(plan: Plan, action: Action): Step[] {
	if (action.object === 'network') return networkSteps(action);
	if (action.object === 'resource') return [resourceStep(plan, action)];
	const tasks: Partial<Record<Action['object'], Task>> = {
		volume: volumeTask(action),
		image: 'make image',
		router: 'run router',
		lifetime: 'record lifetime',
		certificate: 'change certificate',
	};
	const task = tasks[action.object];
	if (!task) throw new Error(`no step for ${action.object} ${action.kind}`);
	// Other environments take certificates for left over if the router is not in their environment's network.
	if (action.object === 'certificate') return [onlyStep(action, task, [...action.dependsOn, joinId])];
	return [onlyStep(action, task)];
}

/**
 * After the switch: if it is rolled back, the stray may be what serves. One that a stop-first service waits for goes when all
 * other candidates are ready.
 * @param candidates ids of the steps that start a candidate beside an active deployment
 */
function strayStep(plan: Plan, action: Action, switching: readonly Step[], candidates: readonly string[]): Step {
	const isAwaited = plan.actions.some(({dependsOn}) => dependsOn.includes(action.address));
	const last = [...action.dependsOn.filter(other => other !== routesAddress), ...switching.map(({id}) => id)];
	return onlyStep(action, 'remove container', isAwaited ? candidates : last);
}

/** Whether something of the environment is routed or probed; the plan then has the router, if only unchanged. */
const hasRouter = ({actions}: Plan): boolean => actions.some(({object}) => object === 'router');

/** Whether the apply moves the environment to other networks. */
const isMoving = (actions: readonly Action[]): boolean =>
	actions.some(({object, kind}) => object === 'network' && kind === 'replace');

/** The networks that were replaced are removed last, by this apply or, if it was interrupted, by the next. */
function removalStep(actions: readonly Action[], others: readonly Step[]): Step[] {
	const action = actions.find(({object, kind}) => object === 'network' && (kind === 'replace' || kind === 'update'));
	if (!action) return [];
	const dependsOn = others.map(({id}) => id);
	const step = {...onlyStep(action, 'remove previous networks', dependsOn), id: 'previous networks'};
	return [{...step, isFirst: action.kind === 'update'}];
}

/** A rollback is finished when everything else is done; before that, another one must go no step further. */
function finishingSteps({mode}: Plan, actions: readonly Action[], others: readonly Step[]): Step[] {
	if (mode !== 'rollback') return [];
	const dependsOn = others.map(({id}) => id);
	const listed = actions.filter(({object, kind}) => object === 'service' && kind === 'update');
	if (listed.length > 0) return listed.map(action => onlyStep(action, 'finish rollback', dependsOn));
	return [{...unlisted, id: 'finish rollback', task: 'finish rollback', dependsOn}];
}

/** Whether the plan makes images and records jobs, of which nothing runs, and changes no route. */
const runsNothing = ({deployments}: Plan, actions: readonly Action[]): boolean =>
	actions.every(({object, kind, address}) => {
		if (object === 'image' || object === 'lifetime') return true;
		const planned = deployments.find(({service}) => service === nameIn(address));
		return object === 'service' && kind !== 'delete' && planned !== undefined && !isRunning(planned.kind);
	});

/** One switch for all services when every candidate is ready, and a watch over the new deployments. */
function switchSteps(plan: Plan, actions: readonly Action[]): Step[] {
	const routes = actions.find(({object}) => object === 'routes');
	const services = actions.filter(({object, address}) => object === 'service' && address.startsWith('service.'));
	const changing = services.filter(
		action => makesContainer(action) || action.kind === 'delete' || plan.mode === 'promote',
	);
	if (plan.isHold || (!routes && changing.length === 0)) return [];
	const candidates = changing.filter(({kind}) => kind !== 'delete').map(({address}) => candidateId(address));
	return [
		{
			...unlisted,
			id: switchId,
			task: 'switch traffic',
			address: routes ? routesAddress : null,
			dependsOn: [...joined, ...candidates],
		},
		{...unlisted, id: watchId, task: 'watch deployments', dependsOn: [switchId]},
		...(isMoving(actions) ? [{...unlisted, id: drainId, task: 'drain previous' as const, dependsOn: [watchId]}] : []),
	];
}

/** Adds what an adoption does besides its actions: values are read before anything changes, and it is finished last. */
function withAdoption({adoption}: Plan, steps: readonly Step[]): readonly Step[] {
	if (!adoption) return steps;
	const values: Step = {...unlisted, id: valuesId, task: 'take values', dependsOn: []};
	// Builds need none of them.
	const waiting = steps.map(step =>
		step.task === 'make image' ? step : {...step, dependsOn: [...step.dependsOn, valuesId]},
	);
	const all = [values, ...waiting];
	const finish: Step = {...unlisted, id: 'finish adoption', task: 'finish adoption', dependsOn: all.map(({id}) => id)};
	return [...all, finish];
}

function applySteps(plan: Plan): Step[] {
	const actions = busyActions(plan);
	const candidates = actions.filter(action => isBesideServing(plan, action)).map(({address}) => candidateId(address));
	const switching = switchSteps(plan, actions);
	const after = isMoving(actions) ? drainId : watchId;
	const steps = actions.flatMap(action => {
		if (action.object === 'routes') return [];
		if (action.object === 'container') return [strayStep(plan, action, switching, candidates)];
		const isService = action.object === 'service' || action.object === 'release';
		return isService ? serviceSteps(plan, action, candidates, after) : objectSteps(plan, action);
	});
	// The router probes from inside the environment's network, so it joins before anything becomes ready.
	const join: Step = {...unlisted, id: joinId, task: 'join router', dependsOn: ['network', 'router']};
	const isJoining = hasRouter(plan) && !runsNothing(plan, actions);
	const working = withAdoption(plan, [...(isJoining ? [join] : []), ...steps, ...switching]);
	const lasting = [...working, ...removalStep(actions, working)];
	const all = [...lasting, ...finishingSteps(plan, actions, lasting)];
	// No image is made for what is healed or renewed.
	if (plan.mode === 'heal' || plan.mode === 'renew') return all;
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
		certificate: 'change certificate',
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
