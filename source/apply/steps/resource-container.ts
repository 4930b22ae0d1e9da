import type {Attachment, Image, ObservedContainer} from '../../engine/engine.ts';
import {observeOwn} from '../../engine/own-engine.ts';
import {resourceAddress, volumeAddress} from '../../model/address.ts';
import {initialisingEnv} from '../../model/initialised.ts';
import {labels, labelsOf} from '../../model/labels.ts';
import {specHash} from '../../model/spec-hash.ts';
import type {DesiredResource, ResourceSpec} from '../../model/specs.ts';
import {newestNetworkName} from '../../state/networks.ts';
import type {ResourceRecord, State} from '../../state/state.ts';
import {describeFailure} from '../containers.ts';
import type {EnvironmentContext} from '../context.ts';
import {awaitResource, type Startup} from '../readiness.ts';
import {resourceLabel} from '../record-label.ts';
import {StepError} from '../step-error.ts';

/** What a resource's container may do (docs/rules.md, "Capabilities"). */
const capabilities = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'] as const;

/** The resource's containers: the current one and, during a replacement, the previous one. */
export async function containersOfResource(
	context: Pick<EnvironmentContext, 'engine' | 'state'>,
	resource: Pick<DesiredResource, 'address'>,
): Promise<readonly ObservedContainer[]> {
	const {containers} = await observeOwn(context.engine, context.state.current(), {[labels.address]: resource.address});
	return containers;
}

/** The resource's current container. The engine is not asked again when the plan has found none. */
export async function currentContainer(
	context: EnvironmentContext,
	resource: DesiredResource,
): Promise<ObservedContainer | undefined> {
	const isOf = ({labels: own}: ObservedContainer) => own[labels.address] === resource.address;
	if (context.found && !context.found.observed.containers.some(isOf)) return undefined;
	return (await containersOfResource(context, resource)).find(({name}) => name === resource.containerName);
}

/**
 * The networks of a resource's container: the newest and, while networks are being replaced, also the one where the services
 * run that use the resource. A new one has no such services.
 */
function resourceNetworks(state: State, name: string): string[] {
	const newest = newestNetworkName(state);
	const all = [state.networks?.environment.name, state.networks?.other?.environment.name];
	const previous = all.find(network => network !== undefined && network !== newest);
	return previous !== undefined && state.resources[name] ? [newest, previous] : [newest];
}

/** How a resource's container is connected to its networks. */
export const resourceAttachments = (
	state: State,
	{name, spec}: {readonly name: string; readonly spec: Pick<ResourceSpec, 'hostname'>},
): Attachment[] => resourceNetworks(state, name).map(network => ({network, aliases: [spec.hostname, name]}));

type NewContainer = {
	readonly spec: ResourceSpec;
	readonly image: Image;
	readonly op: string;
	/** More networks that it joins. */
	readonly guests?: readonly Attachment[];
};

/** Starts a resource's container with the plan's volumes. */
export async function startContainer(
	context: EnvironmentContext,
	resource: DesiredResource,
	{spec, image, op, guests = []}: NewContainer,
): Promise<string> {
	const {plan, engine, secrets} = context;
	const {project, environment, lineage} = plan;
	const volumes = plan.desired.volumes.filter(({owner}) => owner === resource.name);
	const state = context.state.current();
	const {serial} = state;
	const record = resourceLabel(state, resource, spec);
	const identity = {lineage, project, environment, address: resource.address, spec: specHash(spec), op, serial, record};
	return engine.run({
		name: resource.containerName,
		image: spec.image,
		imageLabels: image.labels,
		labels: labelsOf(identity),
		command: spec.command,
		env: await secrets.resolveEnv(spec.env, plan.desired),
		attachments: [...resourceAttachments(state, {name: resource.name, spec}), ...guests],
		volumes: Object.fromEntries(volumes.map(volume => [volume.name, {path: volume.mountPath}])),
		restart: {policy: resource.restart},
		capabilities,
		stopGraceSeconds: context.settings.stopGraceSeconds,
	});
}

/**
 * Waits until a started resource is ready.
 * @throws StepError that explains the failure
 */
export async function settle(
	context: EnvironmentContext,
	{name, readiness: declared}: Pick<DesiredResource, 'name' | 'readiness'>,
	containerId: string,
	startup?: Startup,
): Promise<void> {
	const target = {address: resourceAddress(name), containerId, network: newestNetworkName(context.state.current())};
	const readiness = await awaitResource(context, name, target, declared, startup);
	if (!readiness.isReady)
		throw new StepError(await describeFailure(context, containerId, readiness.message, readiness.lastProbe));
}

/** The record of a running resource. It must describe what actually runs: the next plan compares with it. */
export function recordOf(
	resource: DesiredResource,
	spec: ResourceSpec,
	imageId: string,
	containerId: string,
): ResourceRecord {
	const {name, containerName, restart, readiness, preset, generatedVariables, outputs, operations} = resource;
	return {
		name,
		spec,
		imageId,
		containerName,
		containerId,
		restart,
		readiness,
		status: 'running',
		declared: {preset, generatedVariables, outputs, operations},
		updatedAt: new Date().toISOString(),
	};
}

export const withRecord = (state: State, record: ResourceRecord): State => ({
	...state,
	resources: {...state.resources, [record.name]: record},
});

/** Records the values that a resource's volumes were initialised with: those of its first container. */
export function withInitialised(state: State, {name, preset}: Pick<DesiredResource, 'name' | 'preset'>): State {
	const spec = state.resources[name]?.spec;
	if (!spec) return state;
	const values = initialisingEnv({preset, image: spec.image, env: spec.env});
	const volumes = Object.fromEntries(
		Object.entries(state.volumes).map(([address, volume]) =>
			address.startsWith(volumeAddress(name, '')) && !volume.initialised
				? [address, {...volume, initialised: values}]
				: [address, volume],
		),
	);
	return {...state, volumes};
}
