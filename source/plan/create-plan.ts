import {imageAddress, networkAddress} from '../model/address.ts';
import {scopeAddress} from '../model/values.ts';
import {unchangedAction} from './actions.ts';
import {adoptionOf, adoptionWarnings} from './adopt.ts';
import {planDiscard, planPromotion} from './candidates.ts';
import {certificateWarnings} from './certificate-warnings.ts';
import {planCertificates} from './certificates.ts';
import {plannedDeployment} from './deployments.ts';
import {destroyActions, externalWarnings} from './destroy.ts';
import {liveFingerprints} from './fingerprints.ts';
import {planHealing} from './healing.ts';
import {blockedLogins} from './initialised.ts';
import {isSelected, type PlanInput} from './input.ts';
import {planRestart, planStart, planStop} from './lifecycle.ts';
import {planLifetime} from './lifetime.ts';
import {networkDrift, planNetwork} from './networks.ts';
import {certificatesToObtain} from './obtained-certificates.ts';
import type {Action, Plan} from './plan.ts';
import {planRelease} from './releases.ts';
import {renamedDrift} from './renamed.ts';
import {planResource, resourceDrift, undeclaredResources} from './resources.ts';
import {type Proposal, planRollback, rollbackWarnings} from './rollback.ts';
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
import {planRouter, routerWarnings} from './shared-objects.ts';
import {afterStrays, planStrays, strayDrift} from './strays.ts';
import {blockedDeployments, restoreWarnings} from './unfinished-restore.ts';
import {sharingWarnings} from './volume-users.ts';
import {exclusiveWarnings, missingVolumes, planVolumes, undeclaredVolumes, volumeDrift} from './volumes.ts';

function planImages(input: PlanInput): Action[] {
	return input.desired.services.map(({name}) => {
		const finding = input.images.find(({planned}) => planned.service === name);
		if (!finding || !isSelected(input, name)) return unchangedAction(imageAddress(name), 'image');
		return planImage(finding, input.state.images[name] !== undefined);
	});
}

/** A service starts after its release command. */
const afterRelease = (service: Action, release: Action | undefined): Action =>
	release ? {...service, dependsOn: [...service.dependsOn, release.address]} : service;

/**
 * An apply that replaces the networks deploys every service again. Whether they are too small depends on what it deploys
 * otherwise, so it is proposed twice.
 */
function proposeApply(input: PlanInput): Proposal {
	const {actions, ...proposal} = proposeIn(input);
	const network = actions.find(({address, kind}) => address === networkAddress && kind === 'replace');
	if (!network) return {...proposal, actions};
	const moving = proposeIn({...input, isMoving: true});
	return {...moving, actions: moving.actions.map(each => (each.address === networkAddress ? network : each))};
}

function proposeIn(input: PlanInput): Proposal {
	const images = planImages(input);
	const decided = input.desired.services.map((service, index) => planService(input, service, images[index]!));
	const releases = input.desired.services.map((service, index) => planRelease(input, service, decided[index]!));
	const services = decided.map((service, index) => afterStrays(input, afterRelease(service, releases[index])));
	// --hold changes nothing that serves: services are removed by the first apply after the promotion.
	const removed = input.isHold ? [] : removedServices(input);
	const routing = planRoutes(input, [...services, ...removed]);
	const deployments = input.desired.services.flatMap(
		(service, index) => plannedDeployment(input, service, services[index]!) ?? [],
	);
	const superseded = supersededCandidates(input, [...services, ...removed]);
	return {
		actions: [
			planNetwork(input, deployments),
			...planRouter(input),
			...planCertificates(input),
			...input.desired.resources.flatMap(resource => [...planVolumes(input, resource), planResource(input, resource)]),
			...undeclaredResources(input),
			...input.desired.services.flatMap(service => planVolumes(input, service)),
			...undeclaredVolumes(input),
			...images,
			...releases.filter(release => release !== undefined),
			...services,
			...removed,
			...superseded,
			// The promotion changes the routes.
			input.isHold ? unchangedAction(routing.address, 'routes') : routing,
			...planStrays(input, [...services, ...removed]),
		],
		deployments,
		routes: input.isHold ? input.state.routes : desiredRoutes(input),
	};
}

const nothing: Proposal = {actions: [], deployments: [], routes: null};

function proposeFor(input: PlanInput): Proposal {
	switch (input.mode) {
		case 'apply':
			return proposeApply(input);
		case 'destroy':
			return {...nothing, actions: destroyActions(input)};
		case 'refresh-only':
			return {...nothing, routes: input.state.routes};
		case 'promote':
			return withSharedObjects(input, withDataChecks(input, planPromotion(input)));
		case 'discard':
			return planDiscard(input);
		case 'rollback':
			return withSharedObjects(input, withDataChecks(input, planRollback(input)));
		case 'stop':
			return planStop(input);
		case 'start':
			return withSharedObjects(input, planStart(input));
		case 'restart':
			return withSharedObjects(input, planRestart(input));
		case 'rotate':
			return withSharedObjects(input, planRotation(input));
		case 'renew':
			return {...nothing, actions: planCertificates(input), routes: input.state.routes};
		case 'heal':
			return withDataChecks(input, planHealing(input));
	}
}

/** What the mode proposes, unless a deployment would start without its data. */
function propose(input: PlanInput): Proposal {
	const proposal = proposeFor(input);
	const missing = missingVolumes(input, proposal);
	return missing.length > 0 ? {...proposal, actions: [...missing, ...proposal.actions]} : proposal;
}

/** Blocks deployments that would use a half-restored resource, or a password that its database does not accept. */
const withDataChecks = (input: PlanInput, proposal: Proposal): Proposal => {
	const halfRestored = blockedDeployments(input.state, proposal.deployments);
	const known = new Set(halfRestored.map(({address}) => address));
	const others = blockedLogins(input, proposal.deployments).filter(({address}) => !known.has(address));
	return {...proposal, actions: [...halfRestored, ...others, ...proposal.actions]};
};

/** Adds the networks and the router, which started containers need. */
const withSharedObjects = (input: PlanInput, proposal: Proposal): Proposal => ({
	...proposal,
	actions: [planNetwork(input, proposal.deployments), ...planRouter(input), ...proposal.actions],
});

/** Drops dependencies on actions that do nothing. */
function withoutIdleDependencies(actions: readonly Action[]): Action[] {
	const busy = new Set(actions.filter(({kind}) => kind !== 'none').map(({address}) => address));
	return actions.map(action => ({...action, dependsOn: action.dependsOn.filter(address => busy.has(address))}));
}

/**
 * Compares the desired, the recorded and the observed environment, and returns the actions that close the gap, each with
 * its reasons. Pure: the same input gives the same plan.
 *
 * The rules of an apply, in order. The first one that matches decides; a block stops the whole plan.
 *
 * 1. Network (`networks.ts`, `addresses.ts`): blocked by an object of that name that is not ours, or by a full pool. Replaced
 *    by a larger one when it has too few addresses for everything that runs at once; every service then gets a new
 *    deployment. A plan that does not deploy everything is blocked instead. Created when missing.
 * 2. Router (`shared-objects.ts`, `router-use.ts`), if something is routed or probed: blocked by a foreign container or a
 *    taken port; that for TLS blocks an environment with a certificate, or if the user chose it. Created when missing,
 *    replaced when outdated, started when stopped.
 *    Certificates (`certificates.ts`, `obtainable.ts`): those of domains are obtained when they are missing or due, stored ones
 *    that it does not have yet are installed, those that were removed or that nothing asks for are deleted.
 * 3. Volumes of resources and services (`volumes.ts`): blocked when a handle or its service is removed, a mount path changes,
 *    or the volume is not ours. Created when missing. An apply never deletes one.
 * 4. Resources (`resources.ts`): blocked when no longer declared, half restored (`unfinished-restore.ts`), or when a value
 *    changed that the database reads only once (`initialised.ts`). Created without a container. Replaced, old one stopped
 *    first, when image, attributes or health call for it or `--replace` names it. Updated in place for settings, or when
 *    stopped.
 * 5. Images (`services.ts`): rebuilt or pulled for the reasons that `refresh` found; blocked when the build cannot start.
 * 6. Services (`services.ts`, `obstacles.ts`): left alone when not selected; blocked by conflicting or missing variables
 *    and by half-restored resources. Created without an active deployment or its container. Replaced when image,
 *    attributes, port, hosts or health call for it or `--replace` names it; started when stopped. Workers and services with
 *    an exclusive volume are replaced old one first, all others new one first.
 * 7. Releases (`releases.ts`): run for every service that gets a new deployment; blocked after an interrupted run, until
 *    the user says whether it completed.
 * 8. Services that are no longer declared are deleted, and held candidates that a deploy supersedes (`services.ts`).
 *    Neither happens to services that are not selected.
 * 9. Routes (`routes.ts`): blocked when a host is taken. Updated after the services, in one switch.
 * 10. Containers that the state does not know are deleted last (`strays.ts`), but first where two must not run at once.
 * 11. Lifetime (`lifetime.ts`), if one was asked for, or the environment has one and anything else is done: updated.
 *
 * Dependencies follow the same order. Every action depends only on actions that do something. The other modes are subsets:
 * see `propose`. Drift is collected whatever the mode, and causes no action itself.
 */
export function createPlan(input: PlanInput): Plan {
	const {state} = input;
	const {actions: proposed, deployments, routes, desired = input.desired} = propose(input);
	const {actions: ofLifetime, lifetime} = planLifetime(input, proposed);
	const actions = [...ofLifetime, ...proposed];
	const certificates = certificatesToObtain(input);
	const hostsToObtain = certificates.map(({host}) => host);
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
			...renamedDrift(input.renamed),
			...strayDrift(input),
		],
		warnings: [
			...input.warnings,
			...routerWarnings(input),
			...(input.mode === 'apply' ? certificateWarnings(state, Date.parse(input.now), hostsToObtain) : []),
			...restoreWarnings(state),
			...rollbackWarnings(input),
			...discardWarnings(input, actions),
			...exclusiveWarnings(actions, deployments),
			...externalWarnings(input),
			...adoptionWarnings(input, actions),
			...sharingWarnings(input),
		],
		desired,
		images: input.images.map(({planned}) => planned),
		deployments,
		routes,
		...adoptionOf(input, actions),
		...(certificates.length > 0 ? {certificates} : {}),
		lifetime,
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
