import type {Observed, ObservedContainer} from '../engine/engine.ts';
import {nameIn, resourceAddress, serviceAddress} from '../model/address.ts';
import {healthOf} from '../model/health.ts';
import type {ContainerFacts, Health} from '../model/health-facts.ts';
import {isRunning} from '../model/kinds.ts';
import {activeDeployment} from '../state/deployments.ts';
import type {Deployment, ResourceRecord, State} from '../state/state.ts';
import {containerOf, resourceContainer} from './input.ts';
import {hasHalfRestoredVolume} from './unfinished-restore.ts';
import type {Vitals} from './vitals.ts';

/** An environment with everything that health is derived from. */
export type Scene = {readonly state: State; readonly observed: Observed; readonly vitals: Vitals};

const listed = ({state, status}: ObservedContainer): ContainerFacts => ({
	state,
	status,
	startedAt: undefined,
	finishedAt: undefined,
	exitCode: 0,
	isOutOfMemory: false,
	restartCount: 0,
});

// The list was read last: a container may have exited in between.
const factsOf = (container: ObservedContainer | undefined, {containers}: Vitals): ContainerFacts | undefined =>
	container && {...(containers.get(container.id) ?? listed(container)), status: container.status};

/** Health of a deployment, active or held. */
export function deploymentHealth({state, observed, vitals}: Scene, deployment: Deployment): Health {
	const {id, service, kind, status, readiness, completedAt, crashLoop} = deployment;
	return healthOf({
		type: isRunning(kind) ? 'runs' : 'job',
		isStopped: status === 'stopped',
		isHalfRestored: isRunning(kind) && hasHalfRestoredVolume(state, service),
		crashLoop: crashLoop?.cause,
		container: factsOf(containerOf(observed, id), vitals),
		probe: vitals.probes[serviceAddress(service)],
		wasReady: completedAt !== undefined,
		readyWithinMs: readiness?.timeoutMs ?? 0,
		now: vitals.readAt,
	});
}

const none: Health = {state: 'none', cause: null, restarts: 0, lastExit: null};

/** Health of a service's active deployment. */
export function serviceHealth(scene: Scene, service: string): Health {
	const deployment = activeDeployment(scene.state, service);
	return deployment ? deploymentHealth(scene, deployment) : none;
}

/** Health of the service or resource at an address; nothing else has one. */
export function healthAt(scene: Scene, address: string): Health {
	const [kind, name] = [address.slice(0, address.indexOf('.')), nameIn(address)];
	const record = scene.state.resources[name];
	if (kind === 'resource' && record) return resourceHealth(scene, record);
	return kind === 'service' ? serviceHealth(scene, name) : none;
}

/** Health of a recorded resource. */
export function resourceHealth({observed, vitals}: Scene, record: ResourceRecord): Health {
	const {name, containerName, status, readiness, crashLoop} = record;
	return healthOf({
		type: 'runs',
		isStopped: status === 'stopped',
		isHalfRestored: status === 'restore-incomplete',
		crashLoop: crashLoop?.cause,
		container: factsOf(resourceContainer(observed, containerName), vitals),
		probe: vitals.probes[resourceAddress(name)],
		wasReady: true,
		readyWithinMs: readiness?.timeoutMs ?? 0,
		now: vitals.readAt,
	});
}
