import {present} from '../descriptor/present.ts';
import type {ContainerConfiguration, ObservedContainer} from '../engine/engine.ts';
import {nameIn} from '../model/address.ts';
import {isId} from '../model/ids.ts';
import {labels} from '../model/labels.ts';
import type {DeploymentShape} from '../model/record.ts';
import type {Slot} from '../model/specs.ts';
import type {Deployment} from '../state/state.ts';
import {readDeploymentShape} from './read-record.ts';
import {type ReadEnv, readEnv} from './read-values.ts';
import type {Remains} from './remains.ts';
import type {Role} from './roles.ts';

/** A container of a deployment with its record. */
export type FoundDeployment = {
	readonly id: string;
	readonly service: string;
	readonly container: ObservedContainer;
	readonly configuration: ContainerConfiguration;
	readonly shape: DeploymentShape;
	readonly read: ReadEnv;
};

/** The containers of services whose labels can be read, oldest deployment first, and the others. */
export function findDeployments({observed, configurations}: Remains): {
	readonly found: readonly FoundDeployment[];
	readonly unreadable: readonly ObservedContainer[];
} {
	const found: FoundDeployment[] = [];
	const unreadable: ObservedContainer[] = [];
	for (const container of observed.containers) {
		const {[labels.address]: address = '', [labels.deployment]: id} = container.labels;
		if (!address.startsWith('service.')) continue;
		const configuration = configurations.get(container.id);
		const shape = readDeploymentShape(container.labels);
		if (!configuration || !shape || !isId('dpl', id)) {
			unreadable.push(container);
			continue;
		}
		const read = readEnv(shape.spec.env, configuration, {at: shape.createdAt, isGenerated: () => false});
		found.push({id, service: nameIn(address), container, configuration, shape, read});
	}
	return {found: found.sort((a, b) => (a.id < b.id ? -1 : 1)), unreadable};
}

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
