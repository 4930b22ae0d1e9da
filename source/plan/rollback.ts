import {command, type Hint, hint} from '../hint.ts';
import {routesAddress, serviceAddress} from '../model/address.ts';
import {isRouted} from '../model/kinds.ts';
import {minuteText} from '../model/lifetime.ts';
import type {Desired} from '../model/specs.ts';
import {activeDeployment} from '../state/deployments.ts';
import type {Deployment, RoutesRecord} from '../state/state.ts';
import {action, blocked, replaceOrder, unchangedAction} from './actions.ts';
import {compareAttributes, serviceAttributes} from './attributes.ts';
import {repeatedDeployment} from './deployments.ts';
import {imageOf} from './image-attribute.ts';
import type {PlanInput} from './input.ts';
import type {Action, PlannedDeployment} from './plan.ts';
import {reachedThrough} from './router-use.ts';
import {routesAction} from './routes.ts';

/** The part of a plan that depends on its mode. */
export type Proposal = {
	readonly actions: readonly Action[];
	readonly deployments: readonly PlannedDeployment[];
	readonly routes: RoutesRecord | null;
	/** Set when the plan wants something other than the files. */
	readonly desired?: Desired;
};

function planTarget(input: PlanInput, target: Deployment): Action {
	const address = serviceAddress(target.service);
	const active = activeDeployment(input.state, target.service);
	if (!input.availableImages.has(target.imageId))
		return blocked(
			address,
			'service',
			`The selected deployment does not have a reusable image: ${target.imageReference} of ${target.id} is not on the engine`,
			hint`${command('rollback', '--service', target.service, '--to', 'DEPLOYMENT')} with another deployment from ${command('deployment list')}, or check out its source and run ${command('apply')}`,
		);
	const repeated = repeatedDeployment(input, target, 'rollback');
	const {changes, unchanged} = compareAttributes(
		active ? serviceAttributes(active, imageOf(active)) : {},
		serviceAttributes(repeated, imageOf(target)),
	);
	const order = replaceOrder(repeated);
	const reasons = [`rolled back to ${target.id} from ${minuteText(target.createdAt)}`];
	const base = {
		address,
		object: 'service',
		dependsOn: reachedThrough(isRouted(target.kind)),
		reasons,
		changes,
		unchanged,
	} as const;
	return active ? action({...base, kind: 'replace', order}) : action({...base, kind: 'create'});
}

const isActive = ({state}: PlanInput, {id, service}: Deployment): boolean => state.active[service] === id;

/** Finishes a rollback that was interrupted after it had made this deployment active. */
const planFinish = ({service, unfinishedRollback}: Deployment): Action =>
	action({
		address: serviceAddress(service),
		object: 'service',
		kind: 'update',
		reasons: [`the rollback to ${unfinishedRollback} was interrupted after the switch; this finishes it`],
	});

/** The routes that serve now, with the rules of the chosen deployments (docs/rules.md, "Routes of a deployment"). */
function rolledBackRoutes(input: PlanInput, targets: readonly Deployment[]): RoutesRecord | null {
	const {routes} = input.state;
	if (!routes) return null;
	const services = new Set(targets.map(({service}) => service));
	const kept = routes.rules.filter(rule => !services.has(rule.on));
	return {...routes, rules: [...kept, ...targets.flatMap(target => target.routes)]};
}

/** Previous deployments become active again under new ids. Nothing is built and no release command runs. */
export function planRollback(input: PlanInput): Proposal {
	const chosen = Object.values(input.rollback).map(id => input.state.deployments[id]!);
	const targets = chosen.filter(target => !isActive(input, target));
	const services = chosen.map(target => (isActive(input, target) ? planFinish(target) : planTarget(input, target)));
	const routes = rolledBackRoutes(input, targets);
	const routing = routes ? routesAction(input, routes, services) : unchangedAction(routesAddress, 'routes');
	return {
		actions: [...services, routing],
		deployments: targets.map(target => repeatedDeployment(input, target, 'rollback')),
		routes,
	};
}

/** Says that a repeated rollback only finishes the interrupted one. */
export function rollbackWarnings(input: PlanInput): Hint[] {
	const services = Object.keys(input.rollback).filter(
		service => input.rollback[service] === input.state.active[service],
	);
	if (services.length === 0) return [];
	return [
		hint`${services.join(', ')} already ${services.length === 1 ? 'runs' : 'run'} what the interrupted rollback chose. To go a step further, roll back once more afterwards: ${command('rollback')}`,
	];
}
