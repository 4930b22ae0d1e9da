import type {ObservedContainer} from '../engine/engine.ts';
import {command, type Hint, hint} from '../hint.ts';
import {candidateAddress, imageAddress, resourceAddress, routesAddress, serviceAddress} from '../model/address.ts';
import {isKeptUp} from '../model/container-state.ts';
import {isRouted, isRunning} from '../model/kinds.ts';
import {hostsIn} from '../model/labels.ts';
import type {DesiredService} from '../model/specs.ts';
import {volumesIn} from '../model/volumes.ts';
import {activeDeployment, heldCandidates} from '../state/deployments.ts';
import {action, blocked, makesContainer, replaceOrder, unchangedAction} from './actions.ts';
import {adoptService, stopLeftOver} from './adopt.ts';
import {compareAttributes, reasonsOf, serviceAttributes, withoutImage} from './attributes.ts';
import {containerDrift, networksAround, whyBroken} from './containers.ts';
import {deploymentHealth, serviceHealth} from './health.ts';
import {imageOf, type NamedImage} from './image-attribute.ts';
import {containerOf, type ImageFinding, isSelected, type PlanInput} from './input.ts';
import {findObstacle} from './obstacles.ts';
import type {Action, Drift, PlannedImage} from './plan.ts';
import {plannedPort, portChange} from './ports.ts';
import {reachedThrough} from './router-use.ts';
import {blockedService} from './unfinished-restore.ts';

/** Drift of the containers of active deployments. */
export function serviceDrift(input: PlanInput): Drift[] {
	return Object.keys(input.state.active).flatMap((service): Drift[] => {
		const deployment = activeDeployment(input.state, service);
		if (!deployment || !isRunning(deployment.kind) || deployment.status === 'stopped') return [];
		const container = containerOf(input.observed, deployment.id);
		return containerDrift(
			serviceAddress(service),
			serviceHealth(input, service),
			container,
			networksAround(input, container),
		);
	});
}

/** The image of one service: built, pulled, or unchanged. */
export function planImage({planned, reasons, files, obstacle}: ImageFinding, hasRecord: boolean): Action {
	const address = imageAddress(planned.service);
	if (obstacle) return blocked(address, 'image', obstacle.reason, obstacle.unblock);
	if (reasons.length === 0) return unchangedAction(address, 'image', 1);
	const changes = files.map(name => ({
		name: `source.${name}`,
		before: {type: 'absent'} as const,
		after: {type: 'text', text: 'changed'} as const,
	}));
	return action({
		address,
		object: 'image',
		kind: hasRecord ? 'update' : 'create',
		reasons,
		changes: hasRecord ? changes : [],
	});
}

const namedImage = ({imageId, reference, key, origin}: PlannedImage): NamedImage => ({
	id: imageId,
	reference,
	key,
	origin,
});

// Other environments read taken hosts from this label, so it must not name a host that the service no longer has.
function removedHosts({hosts}: DesiredService, container: ObservedContainer): string[] {
	return hostsIn(container.labels)
		.filter(host => !hosts.includes(host))
		.map(host => `host ${host} was removed`);
}

/** One service: a new deployment when its image or configuration changes, or its container is missing. */
export function planService(input: PlanInput, service: DesiredService, image: Action): Action {
	const {address} = service;
	if (!isSelected(input, service.name)) return unchangedAction(address, 'service');
	const obstacle = findObstacle(input, service) ?? blockedService(input.state, service);
	return obstacle ?? stopLeftOver(input, decideService(input, service, image));
}

function decideService(input: PlanInput, service: DesiredService, image: Action): Action {
	const {address} = service;
	const connected = [...new Set(service.connections.map(({resource}) => resourceAddress(resource)))];
	const volumes = volumesIn(input.desired, service.name).map(volume => volume.address);
	const dependsOn = [...reachedThrough(isRouted(service.kind)), image.address, ...connected, ...volumes];
	const base = {address, object: 'service', dependsOn} as const;
	// With --hold the comparison is against the held candidate: an equal one is not created twice.
	const held = input.isHold ? heldCandidates(input.state)[service.name] : undefined;
	const active = held ?? activeDeployment(input.state, service.name);
	const planned = input.images.find(finding => finding.planned.service === service.name)?.planned;
	// A blocked image changes nothing here: its own action explains why.
	const isImageMade = image.kind !== 'blocked' && planned !== undefined;
	const after = serviceAttributes(service, isImageMade ? namedImage(planned) : active && imageOf(active));
	if (!active) {
		const adopted = adoptService(input, service, base, after);
		if (adopted) return adopted;
		const {changes} = compareAttributes({}, after);
		return action({...base, kind: 'create', reasons: ['first deployment'], changes});
	}
	const {changes, unchanged} = compareAttributes(serviceAttributes(active, imageOf(active)), after);
	// A declared port is an attribute already.
	const isCompared = changes.some(({name}) => name === 'port');
	const moved = isCompared ? [] : portChange(active, plannedPort(input, service));
	const order = replaceOrder(service);
	const replace = (reasons: readonly string[]) =>
		action({...base, kind: 'replace', order, reasons, changes: [...changes, ...moved], unchanged});
	const container = containerOf(input.observed, active.id);
	if (!container && isRunning(active.kind))
		return action({
			...base,
			kind: 'create',
			reasons: ['container was removed outside Compartment'],
			changes,
			unchanged,
		});
	const reasons = [
		...(image.kind === 'none' || image.kind === 'blocked' ? [] : image.reasons),
		...reasonsOf(withoutImage(changes)),
		...(container
			? [
					...whyBroken(input, container, deploymentHealth(input, active), networksAround(input, container)),
					...removedHosts(service, container),
					...(input.isMoving ? ['its network is replaced'] : []),
				]
			: []),
		...(input.replace.includes(address) ? ['replacement requested with --replace'] : []),
	];
	if (reasons.length > 0) return replace(reasons);
	const finding = input.images.find(({planned: {service: name}}) => name === service.name);
	// A deploy that failed after its build left a newer image than the active deployment's.
	if (planned?.imageId && planned.imageId !== active.imageId)
		return replace([finding?.note ?? 'a newer image is not active yet']);
	// A running container that is recorded as stopped gets no traffic: its start was interrupted, or was not ours.
	if (container && (!isKeptUp(container) || active.status === 'stopped')) {
		const reason = active.status === 'stopped' ? 'service is stopped' : 'container was stopped outside Compartment';
		return action({...base, kind: 'update', reasons: [reason], unchanged});
	}
	return unchangedAction(address, 'service', unchanged);
}

/**
 * Deletes services that compartment.yml no longer declares, including those that were never active but left a
 * container. A deploy of selected services deletes none.
 */
export function removedServices(input: PlanInput): Action[] {
	if (input.services !== null) return [];
	const {active, deployments} = input.state;
	const declared = new Set(input.desired.services.map(service => service.name));
	const leftovers = Object.values(deployments).filter(({containerId}) => containerId !== undefined);
	const known = new Set([...Object.keys(active), ...leftovers.map(({service}) => service)]);
	return [...known]
		.filter(service => !declared.has(service))
		.map(service =>
			action({
				address: serviceAddress(service),
				object: 'service',
				kind: 'delete',
				dependsOn: [routesAddress],
				reasons: ['no longer in compartment.yml'],
			}),
		);
}

/** Warns that an apply would discard a held candidate, and shows how to keep it. */
export const discardWarnings = (input: PlanInput, actions: readonly Action[]): Hint[] =>
	input.mode !== 'apply'
		? []
		: Object.values(heldCandidates(input.state))
				.filter(({service}) =>
					actions.some(({address, kind}) => address === candidateAddress(service) && kind === 'delete'),
				)
				.map(
					({service, id}) =>
						hint`This discards held candidate ${id} of ${service}. To make it active instead: ${command('promote', '--service', service)}`,
				);

/** Deletes held candidates that a deploy of the same service supersedes. */
export function supersededCandidates(input: PlanInput, services: readonly Action[]): Action[] {
	return Object.values(heldCandidates(input.state)).flatMap(({service, id}) => {
		const decided = services.find(({address}) => address === serviceAddress(service));
		const isReplaced = decided !== undefined && (makesContainer(decided) || decided.kind === 'delete');
		// An earlier deploy superseded it but failed to remove it.
		const isOlder = !input.isHold && isSelected(input, service) && id < (input.state.active[service] ?? '');
		if (!isReplaced && !isOlder) return [];
		const reasons = [`candidate ${id} is superseded by ${isReplaced ? 'this deploy' : 'the active deployment'}`];
		return action({address: candidateAddress(service), object: 'service', kind: 'delete', reasons});
	});
}
