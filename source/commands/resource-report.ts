import type {ObservedContainer} from '../engine/engine.ts';
import {observeOwn} from '../engine/own-engine.ts';
import {sanitiseLine} from '../output/sanitise.ts';
import {resourceContainer} from '../plan/input.ts';
import type {ResourceRecord, State} from '../state/state.ts';
import type {Workspace} from './workspace.ts';

/** A resource as a document (contract 3.6). */
export type ResourceSummary = ReturnType<typeof summarise>;

/** `missing`: the record says that it runs, and there is no container. */
function statusOf({status}: ResourceRecord, container: ObservedContainer | undefined) {
	if (status !== 'running') return status;
	if (!container) return 'missing';
	return container.state === 'running' || container.state === 'restarting' ? 'running' : 'stopped';
}

function summarise(record: ResourceRecord, container: ObservedContainer | undefined) {
	const {name, spec, readiness, restart, updatedAt} = record;
	return {
		id: `resource.${name}`,
		name,
		status: statusOf(record, container),
		hostname: spec.hostname,
		image: spec.image,
		ports: spec.ports,
		containerId: container?.id ?? null,
		env: Object.keys(spec.env)
			.sort()
			.map(keyName => ({keyName, sourceType: 'literal', variableName: null})),
		readiness: readiness ? {port: readiness.port, timeoutMs: readiness.timeoutMs, type: 'tcp'} : null,
		restartPolicy: restart,
		volumes: Object.entries(spec.volumes).map(([handle, mountPath]) => ({name: handle, mountPath})),
		createdAt: container ? new Date(container.createdAt).toISOString() : updatedAt,
		updatedAt,
		unfinishedRestore: record.restore ?? null,
	};
}

/** Resources of a state with what the engine says of them, by name. */
export async function reportResources(
	{engine}: Pick<Workspace, 'engine'>,
	state: State,
): Promise<readonly ResourceSummary[]> {
	const observed = await observeOwn(engine, state);
	return Object.values(state.resources)
		.sort((a, b) => (a.name < b.name ? -1 : 1))
		.map(record => summarise(record, resourceContainer(observed, record.containerName)));
}

/** The place that documents begin with. */
export const placeOf = ({project, environment}: State) => ({
	environment: {name: environment},
	project: {name: project},
});

/** Text of inspect, start and stop (contract 3.5). */
export const describeResource = ({name, status, hostname, image, ports}: ResourceSummary): string =>
	[
		`${name} ${status}`,
		`host: ${hostname}`,
		`image: ${sanitiseLine(image)}`,
		`ports: ${ports.length > 0 ? ports.join(', ') : 'none'}`,
	].join('\n');
