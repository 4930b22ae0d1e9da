import type {ObservedContainer} from '../engine/engine.ts';
import {observeOwn} from '../engine/own-engine.ts';
import {isKeptUp} from '../model/container-state.ts';
import {sanitiseLine} from '../output/sanitise.ts';
import {causeText, healthWord, restartsText} from '../output/status/health-text.ts';
import {healthDocument} from '../output/status/status-report.ts';
import {resourceHealth, type Scene} from '../plan/health.ts';
import {resourceContainer} from '../plan/input.ts';
import {readVitals} from '../refresh/read-vitals.ts';
import type {ResourceRecord, State} from '../state/state.ts';
import type {Workspace} from '../workspace/workspace.ts';

/** A resource in JSON (docs/rules.md, "JSON documents"). */
export type ResourceSummary = ReturnType<typeof summarise>;

/** Whether the container runs. For the condition of the resource, see `health`. */
function statusOf({status}: ResourceRecord, container: ObservedContainer | undefined) {
	if (status !== 'running') return status;
	if (!container) return 'missing';
	return isKeptUp(container) ? 'running' : 'stopped';
}

function summarise(scene: Scene, record: ResourceRecord) {
	const container = resourceContainer(scene.observed, record.containerName);
	const health = resourceHealth(scene, record);
	const {name, spec, readiness, restart, updatedAt} = record;
	return {
		id: `resource.${name}`,
		name,
		status: statusOf(record, container),
		...healthDocument(health),
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

/** The resources of a state with their health, sorted by name. */
export async function reportResources(
	{engine, readProbes}: Pick<Workspace, 'engine' | 'readProbes'>,
	state: State,
): Promise<readonly ResourceSummary[]> {
	const observed = await observeOwn(engine, state);
	const scene = {state, observed, vitals: await readVitals(engine, {state, observed}, readProbes)};
	return Object.values(state.resources)
		.sort((a, b) => (a.name < b.name ? -1 : 1))
		.map(record => summarise(scene, record));
}

/** The environment and project that JSON documents start with. */
export const placeOf = ({project, environment}: State) => ({
	environment: {name: environment},
	project: {name: project},
});

/** Text of inspect, start and stop. */
export const describeResource = ({name, health, cause, hostname, image, ports, ...rest}: ResourceSummary): string =>
	[
		`${name} ${healthWord({state: health})}`,
		...(cause === null ? [] : [`cause: ${causeText({cause})}`]),
		...(rest.restarts === 0 ? [] : [`restarts: ${restartsText(rest)}`]),
		`host: ${hostname}`,
		`image: ${sanitiseLine(image)}`,
		`ports: ${ports.length > 0 ? ports.join(', ') : 'none'}`,
	].join('\n');
