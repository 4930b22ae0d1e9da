import {command} from '../hint.ts';
import {resourceAddress, serviceAddress} from '../model/address.ts';
import {isKeptUp} from '../model/container-state.ts';
import {isRouted, isRunning} from '../model/kinds.ts';
import {activeDeployment} from '../state/deployments.ts';
import type {Deployment} from '../state/state.ts';
import {action, blocked, replaceOrder, unchangedAction} from './actions.ts';
import {compareAttributes, serviceAttributes} from './attributes.ts';
import {networksAround, whyBroken} from './containers.ts';
import {repeatedDeployment} from './deployments.ts';
import {deploymentHealth, resourceHealth} from './health.ts';
import {imageOf} from './image-attribute.ts';
import {blockedLogins} from './initialised.ts';
import {containerOf, type PlanInput, resourceContainer} from './input.ts';
import type {Action} from './plan.ts';
import type {Proposal} from './rollback.ts';
import {reachedThrough} from './router-use.ts';
import {blockedRestores} from './unfinished-restore.ts';

/** The active deployments that run; jobs do not. */
export const runningServices = (input: Pick<PlanInput, 'state'>): readonly Deployment[] =>
	Object.keys(input.state.active).flatMap(name => {
		const deployment = activeDeployment(input.state, name);
		return deployment && isRunning(deployment.kind) ? [deployment] : [];
	});

// Only resources whose outputs the service uses: skipping one database must not keep unrelated services from starting.
export const connectedResources = ({spec}: Pick<Deployment, 'spec'>): string[] => [
	...new Set(
		Object.values(spec.env).flatMap(value => (value.type === 'output' ? [resourceAddress(value.resource)] : [])),
	),
];

const gone = (address: string, object: Action['object'], reason = 'its container no longer exists'): Action =>
	blocked(address, object, reason, command('apply'));

/** Stops everything, services first (docs/rules.md, "Stop, start, restart"). Nothing is removed. */
export function planStop(input: PlanInput): Proposal {
	const active = runningServices(input);
	const stopServices = active.map(({service, id}) => {
		const address = serviceAddress(service);
		if (!isKeptUp(containerOf(input.observed, id))) return unchangedAction(address, 'service');
		return action({address, object: 'service', kind: 'update', reasons: ['stop requested']});
	});
	const stopResources = Object.values(input.state.resources).map(({name, containerName}) => {
		const address = resourceAddress(name);
		if (!isKeptUp(resourceContainer(input.observed, containerName))) return unchangedAction(address, 'resource');
		const dependsOn = active
			.filter(deployment => connectedResources(deployment).includes(address))
			.map(({service}) => serviceAddress(service));
		return action({address, object: 'resource', kind: 'update', reasons: ['stop requested'], dependsOn});
	});
	return {actions: [...stopServices, ...stopResources], deployments: [], routes: input.state.routes};
}

/** Starts everything that is stopped, unchanged, resources first. */
export function planStart(input: PlanInput): Proposal {
	const unfinished = blockedRestores(input.state);
	if (unfinished.length > 0) return {actions: unfinished, deployments: [], routes: input.state.routes};
	const startResources = Object.values(input.state.resources).map(record => {
		const {name, containerName} = record;
		const address = resourceAddress(name);
		const container = resourceContainer(input.observed, containerName);
		if (!container) return gone(address, 'resource');
		if (isKeptUp(container)) return unchangedAction(address, 'resource');
		const [broken] = whyBroken(input, container, resourceHealth(input, record), [networksAround(input, container)[0]]);
		if (broken) return gone(address, 'resource', broken);
		return action({address, object: 'resource', kind: 'update', reasons: ['start requested']});
	});
	const startServices = runningServices(input).map(deployment => {
		const {service, id} = deployment;
		const address = serviceAddress(service);
		const container = containerOf(input.observed, id);
		if (!container) return gone(address, 'service');
		if (isKeptUp(container) && deployment.status !== 'stopped') return unchangedAction(address, 'service');
		// A start connects it to the others.
		const networks = networksAround(input, container).filter(name => Object.hasOwn(container.networks, name));
		const [broken] = whyBroken(input, container, deploymentHealth(input, deployment), networks);
		if (broken) return gone(address, 'service', broken);
		const dependsOn = connectedResources(deployment);
		return action({address, object: 'service', kind: 'update', reasons: ['start requested'], dependsOn});
	});
	return {actions: [...startResources, ...startServices], deployments: [], routes: input.state.routes};
}

/** Restarts resources in place; services get a new deployment of the same image, so that no request is lost. */
export function planRestart(input: PlanInput): Proposal {
	const unfinished = blockedRestores(input.state);
	if (unfinished.length > 0) return {actions: unfinished, deployments: [], routes: input.state.routes};
	const isWanted = (name: string) => input.services === null || input.services.includes(name);
	const wanted = Object.values(input.state.resources).filter(({name}) => isWanted(name));
	const restartResources = wanted.map(({name, containerName}) => {
		const address = resourceAddress(name);
		if (!resourceContainer(input.observed, containerName)) return gone(address, 'resource');
		return action({address, object: 'resource', kind: 'update', reasons: ['restart requested']});
	});
	const active = runningServices(input).filter(({service}) => isWanted(service));
	const deployments = active.map(deployment => repeatedDeployment(input, deployment, 'restart'));
	const refused = blockedLogins(input, deployments);
	if (refused.length > 0) return {actions: refused, deployments: [], routes: input.state.routes};
	const restartServices = active.map((deployment, index) => {
		const {service, kind} = deployment;
		const image = imageOf(deployment);
		// A restart applies variables that were set since.
		const {changes, unchanged} = compareAttributes(
			serviceAttributes(deployment, image),
			serviceAttributes(deployments[index]!, image),
		);
		return action({
			address: serviceAddress(service),
			object: 'service',
			kind: 'replace',
			order: replaceOrder(deployment),
			reasons: ['restart requested'],
			changes,
			unchanged,
			dependsOn: [...reachedThrough(isRouted(kind)), ...connectedResources(deployments[index]!)],
		});
	});
	return {
		actions: [...restartResources, ...restartServices],
		deployments,
		routes: input.state.routes,
	};
}
