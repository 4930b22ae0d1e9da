import {resourceAddress, serviceAddress} from '../model/address.ts';
import type {Desired, DesiredResource, DesiredService} from '../model/specs.ts';
import {volumesOf} from '../model/volumes.ts';
import type {DeclaredResource} from '../state/backup.ts';
import {activeDeployment} from '../state/deployments.ts';
import type {Deployment, ResourceRecord, State} from '../state/state.ts';

const nothing: DeclaredResource = {generatedVariables: {}, outputs: {}, operations: {}};

/**
 * A resource as it was last applied.
 * @param declared the part of its declaration that its container does not depend on; by default as recorded
 */
export function recordedResource(
	{name, containerName, spec, restart, readiness, declared: recorded = nothing}: ResourceRecord,
	declared: DeclaredResource = recorded,
): DesiredResource {
	return {address: resourceAddress(name), name, containerName, spec, restart, readiness, ...declared};
}

function recordedService({routes}: State, deployment: Deployment): DesiredService {
	const {service, kind, spec, readiness, schedule, imageReference} = deployment;
	return {
		address: serviceAddress(service),
		name: service,
		kind,
		accessMode: routes?.access[service] ?? 'authenticated',
		hosts: Object.entries(routes?.hosts ?? {}).flatMap(([host, owner]) => (owner === service ? [host] : [])),
		spec,
		readiness,
		schedule,
		connections: [],
		image: {type: 'prebuilt', reference: imageReference},
	};
}

/** An environment as it was last applied, whatever compartment.yml says now. */
export function recordedDesired(state: State): Desired {
	const {project, environment} = state;
	const resources = Object.values(state.resources).map(record => recordedResource(record));
	const services = Object.keys(state.active).flatMap(service => {
		const deployment = activeDeployment(state, service);
		return deployment ? recordedService(state, deployment) : [];
	});
	return {
		project,
		environment,
		volumes: [...resources, ...services].flatMap(owner =>
			volumesOf(state, owner).map(volume => {
				const backup = state.volumes[volume.address]?.backup;
				return backup ? {...volume, backup} : volume;
			}),
		),
		resources,
		services,
		routes: state.routes?.rules ?? [],
	};
}
