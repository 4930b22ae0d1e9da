import {present} from '../descriptor/present.ts';
import type {Slot} from '../model/specs.ts';
import type {Deployment} from '../state/state.ts';
import type {FoundDeployment} from './find-deployments.ts';
import type {Role} from './roles.ts';

const stageOf: Readonly<Record<Role, Pick<Deployment, 'status' | 'stage'>>> = {
	active: {status: 'succeeded', stage: 'active'},
	stopped: {status: 'stopped', stage: 'active'},
	held: {status: 'running', stage: 'candidate'},
	draining: {status: 'succeeded', stage: 'draining_previous'},
	unfinished: {status: 'running', stage: 'checking_readiness'},
	retired: {status: 'succeeded', stage: 'retired'},
	failed: {status: 'failed', stage: 'checking_readiness'},
};

const isUnfinished = (role: Role): boolean => role === 'held' || role === 'unfinished';

/** The record of a deployment. */
export function deploymentRecord(found: FoundDeployment, role: Role, slot: Slot | undefined): Deployment {
	const {id, service, container, shape, read} = found;
	const {run, kind, type, label, createdAt, spec, readiness, schedule, image, address, port, routes} = shape;
	return present({
		id,
		run,
		service,
		kind,
		...stageOf[role],
		type,
		label,
		spec: {...spec, env: read.env},
		readiness,
		schedule,
		imageId: container.imageId,
		imageReference: image.reference,
		imageKey: image.key,
		imageOrigin: image.origin,
		containerName: container.name,
		containerId: container.id,
		address,
		port,
		slot,
		// A candidate that is not ready yet is none that is held.
		isHeld: role === 'unfinished' ? undefined : shape.isHeld,
		routes,
		createdAt,
		completedAt: isUnfinished(role) ? undefined : createdAt,
	}) as Deployment;
}
