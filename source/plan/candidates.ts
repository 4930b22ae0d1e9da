import {command, hint} from '../hint.ts';
import {candidateAddress, routesAddress, serviceAddress} from '../model/address.ts';
import {isRunning} from '../model/kinds.ts';
import {activeDeployment, heldCandidates} from '../state/deployments.ts';
import {action, blocked, unchangedAction} from './actions.ts';
import {compareAttributes, serviceAttributes} from './attributes.ts';
import {imageOf} from './image-attribute.ts';
import {containerOf, isSelected, type PlanInput} from './input.ts';
import type {Action} from './plan.ts';
import type {Proposal} from './rollback.ts';
import {desiredRoutes, routesAction} from './routes.ts';

const chosen = (input: PlanInput) =>
	Object.values(heldCandidates(input.state)).filter(({service}) => isSelected(input, service));

/** Held candidates become active, without a build and without a new container. */
export function planPromotion(input: PlanInput): Proposal {
	const candidates = chosen(input);
	const services: Action[] = candidates.map(candidate => {
		const address = serviceAddress(candidate.service);
		const container = containerOf(input.observed, candidate.id);
		if (isRunning(candidate.kind) && container?.state !== 'running')
			return blocked(
				address,
				'service',
				`candidate ${candidate.id} is no longer running`,
				hint`${command('apply', '--hold', '--service', candidate.service)}, or ${command('promote', '--discard')}`,
			);
		const active = activeDeployment(input.state, candidate.service);
		const {changes, unchanged} = compareAttributes(
			active ? serviceAttributes(active, imageOf(active)) : {},
			serviceAttributes(candidate, imageOf(candidate)),
		);
		const reasons = [`candidate ${candidate.id} becomes active`];
		return action({address, object: 'service', kind: 'update', reasons, changes, unchanged});
	});
	const scope = {desired: input.desired, state: input.state, services: candidates.map(({service}) => service)};
	const wanted = desiredRoutes(scope);
	// The rules from when the candidate was created, not from a file that was edited since.
	const owners = new Set(scope.services);
	const rules = [...wanted.rules.filter(rule => !owners.has(rule.on)), ...candidates.flatMap(({routes}) => routes)];
	const routes = {...wanted, rules};
	const routing =
		candidates.length > 0 ? routesAction(input, routes, services) : unchangedAction(routesAddress, 'routes');
	return {actions: [...services, routing], deployments: [], routes};
}

/** Held candidates are removed; active deployments keep serving. */
export function planDiscard(input: PlanInput): Proposal {
	const actions = chosen(input).map(({service, id}) =>
		action({
			address: candidateAddress(service),
			object: 'service',
			kind: 'delete',
			reasons: [`candidate ${id} is discarded; the active deployment keeps serving`],
		}),
	);
	return {actions, deployments: [], routes: input.state.routes};
}
