import {networkAddress, resourceAddress, routerAddress, serviceAddress} from '../model/address.ts';
import {isRouted} from '../model/kinds.ts';
import {servesAnything} from '../state/routes.ts';
import type {Deployment} from '../state/state.ts';
import {action, replaceOrder} from './actions.ts';
import {missingNetworks} from './containers.ts';
import {repeatedDeployment} from './deployments.ts';
import type {PlanInput} from './input.ts';
import {connectedResources, runningServices} from './lifecycle.ts';
import {planNetwork} from './networks.ts';
import type {Action} from './plan.ts';
import type {Proposal} from './rollback.ts';
import {reachedThrough} from './router-use.ts';
import {routesAction} from './routes.ts';
import {blockedResource} from './unfinished-restore.ts';

function healRouter({healing = {}, router}: PlanInput): Action[] {
	const found = healing[routerAddress];
	if (!found) return [];
	const kind = router === 'missing' ? 'create' : 'update';
	return [
		action({address: routerAddress, object: 'router', kind, reasons: [found.reason], dependsOn: [networkAddress]}),
	];
}

function healResources({healing = {}, state}: PlanInput): Action[] {
	return Object.values(state.resources).flatMap(({name, readiness}): Action[] => {
		const address = resourceAddress(name);
		const found = healing[address];
		if (!found) return [];
		const kind = found.remedy === 'start' ? 'update' : 'create';
		const dependsOn = reachedThrough(readiness !== undefined);
		const start = action({address, object: 'resource', kind, reasons: [found.reason], dependsOn});
		return [blockedResource(state, name) ?? start];
	});
}

function healService({healing = {}}: PlanInput, deployment: Deployment): Action[] {
	const {service, kind} = deployment;
	const address = serviceAddress(service);
	const found = healing[address];
	if (!found) return [];
	const dependsOn = [...reachedThrough(isRouted(kind)), ...connectedResources(deployment)];
	const base = {address, object: 'service', reasons: [found.reason], dependsOn} as const;
	switch (found.remedy) {
		case 'start':
			return [action({...base, kind: 'update'})];
		case 'create':
			return [action({...base, kind: 'create'})];
		case 'replace':
			return [action({...base, kind: 'replace', order: replaceOrder(deployment)})];
	}
}

/**
 * Puts right what `input.healing` names, and nothing else, as the last apply left it: containers are started again, or
 * created again with the same image and configuration (docs/rules.md, "Healing").
 */
export function planHealing(input: PlanInput): Proposal {
	const {healing = {}, state} = input;
	const services = runningServices(input);
	const deployments = services
		.filter(({service}) => (healing[serviceAddress(service)]?.remedy ?? 'start') !== 'start')
		.map(deployment => repeatedDeployment(input, deployment, 'heal'));
	const others = [
		...healRouter(input),
		...healResources(input),
		...services.flatMap(deployment => healService(input, deployment)),
	];
	// A new router has no routes unless its volume is still there.
	const isRouterNew =
		input.router === 'missing' && healing[routerAddress] !== undefined && servesAnything(state.routes);
	const routing = isRouterNew && state.routes ? [routesAction(input, state.routes, others)] : [];
	const networks = missingNetworks(input).length > 0 ? [planNetwork(input, deployments)] : [];
	return {actions: [...networks, ...others, ...routing], deployments, routes: state.routes};
}
