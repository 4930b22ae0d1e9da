import {imageAddress} from '../model/address.ts';
import {scopeAddress} from '../model/values.ts';
import {unchangedAction} from './actions.ts';
import {planDiscard, planPromotion} from './candidates.ts';
import {plannedDeployment} from './deployments.ts';
import {destroyActions} from './destroy.ts';
import {liveFingerprints} from './fingerprints.ts';
import {blockedLogins} from './initialised.ts';
import {isSelected, type PlanInput} from './input.ts';
import {planRestart, planStart, planStop} from './lifecycle.ts';
import type {Action, Plan} from './plan.ts';
import {planRelease} from './releases.ts';
import {planResource, planVolumes, resourceDrift, undeclaredResources, volumeDrift} from './resources.ts';
import {type Proposal, planRollback} from './rollback.ts';
import {planRotation} from './rotation.ts';
import {desiredRoutes, planRoutes} from './routes.ts';
import {
	discardWarnings,
	planImage,
	planService,
	removedServices,
	serviceDrift,
	supersededCandidates,
} from './services.ts';
import {networkDrift, planNetwork, planRouter} from './shared-objects.ts';
import {planStrays, strayDrift} from './strays.ts';
import {blockedDeployments, restoreWarnings} from './unfinished-restore.ts';

function planImages(input: PlanInput): Action[] {
	return input.desired.services.map(({name}) => {
		const finding = input.images.find(({planned}) => planned.service === name);
		if (!finding || !isSelected(input, name)) return unchangedAction(imageAddress(name), 'image');
		return planImage(finding, input.state.images[name] !== undefined);
	});
}

/** A service waits for its own release command. */
const afterRelease = (service: Action, release: Action | undefined): Action =>
	release ? {...service, dependsOn: [...service.dependsOn, release.address]} : service;

function proposeApply(input: PlanInput): Proposal {
	const images = planImages(input);
	const decided = input.desired.services.map((service, index) => planService(input, service, images[index]!));
	const releases = input.desired.services.map((service, index) => planRelease(input, service, decided[index]!));
	const services = decided.map((service, index) => afterRelease(service, releases[index]));
	// A hold leaves what serves alone: what is removed goes with the apply after the promotion.
	const removed = input.isHold ? [] : removedServices(input);
	const routing = planRoutes(input, [...services, ...removed]);
	const deployments = input.desired.services.flatMap(
		(service, index) => plannedDeployment(input, service, services[index]!) ?? [],
	);
	const superseded = supersededCandidates(input, [...services, ...removed]);
	return {
		actions: [
			planNetwork(input, deployments),
			planRouter(input),
			...input.desired.resources.flatMap(resource => [...planVolumes(input, resource), planResource(input, resource)]),
			...undeclaredResources(input),
			...images,
			...releases.filter(release => release !== undefined),
			...services,
			...removed,
			...superseded,
			// A hold leaves the routes alone: they follow with the promotion.
			input.isHold ? unchangedAction(routing.address, 'routes') : routing,
			...planStrays(input, [...services, ...removed]),
		],
		deployments,
		routes: input.isHold ? input.state.routes : desiredRoutes(input),
	};
}

const nothing: Proposal = {actions: [], deployments: [], routes: null};

function propose(input: PlanInput): Proposal {
	switch (input.mode) {
		case 'apply':
			return proposeApply(input);
		case 'destroy':
			return {...nothing, actions: destroyActions(input)};
		case 'refresh-only':
			return {...nothing, routes: input.state.routes};
		case 'promote':
			return withSharedObjects(input, withWholeData(input, planPromotion(input)));
		case 'discard':
			return planDiscard(input);
		case 'rollback':
			return withSharedObjects(input, withWholeData(input, planRollback(input)));
		case 'stop':
			return planStop(input);
		case 'start':
			return withSharedObjects(input, planStart(input));
		case 'restart':
			return withSharedObjects(input, planRestart(input));
		case 'rotate':
			return withSharedObjects(input, planRotation(input));
	}
}

/** Nothing is started on a resource that is half restored, or with a password that its database does not have. */
const withWholeData = (input: PlanInput, proposal: Proposal): Proposal => {
	const halfRestored = blockedDeployments(input.state, proposal.deployments);
	const known = new Set(halfRestored.map(({address}) => address));
	const others = blockedLogins(input, proposal.deployments).filter(({address}) => !known.has(address));
	return {...proposal, actions: [...halfRestored, ...others, ...proposal.actions]};
};

/** Whatever starts a container needs the networks and the router. */
const withSharedObjects = (input: PlanInput, proposal: Proposal): Proposal => ({
	...proposal,
	actions: [planNetwork(input, proposal.deployments), planRouter(input), ...proposal.actions],
});

/** An action waits only for what really happens. */
function withoutIdleDependencies(actions: readonly Action[]): Action[] {
	const busy = new Set(actions.filter(({kind}) => kind !== 'none').map(({address}) => address));
	return actions.map(action => ({...action, dependsOn: action.dependsOn.filter(address => busy.has(address))}));
}

/**
 * Compares what is wanted with what was recorded and what runs, and says what to do about it, in order, each with its
 * reason. Pure: the same input gives the same plan.
 */
export function createPlan(input: PlanInput): Plan {
	const {state} = input;
	const {actions, deployments, routes, desired = input.desired} = propose(input);
	return {
		format: 1,
		mode: input.mode,
		project: desired.project,
		environment: desired.environment,
		lineage: state.lineage,
		serial: state.serial,
		createdAt: input.now,
		actions: withoutIdleDependencies(actions),
		drift: [
			...networkDrift(input),
			...volumeDrift(input),
			...resourceDrift(input),
			...serviceDrift(input),
			...strayDrift(input),
		],
		warnings: [...input.warnings, ...restoreWarnings(state), ...discardWarnings(input, actions)],
		desired,
		images: input.images.map(({planned}) => planned),
		deployments,
		routes,
		isHold: input.isHold,
		services: input.services,
		basis: {
			descriptor: input.descriptorHash,
			live: liveFingerprints(input),
			contexts: Object.fromEntries(input.images.map(({planned}) => [planned.service, planned.key])),
			variables: Object.fromEntries(
				state.variables.map(({scope, key, revision}) => [`${scopeAddress(scope)}.${key}`, revision]),
			),
		},
	};
}
