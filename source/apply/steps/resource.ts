import type {ObservedContainer} from '../../engine/engine.ts';
import {EngineError, UserError} from '../../errors.ts';
import {failpoint} from '../../failpoints.ts';
import {resourceAddress} from '../../model/address.ts';
import {labels, labelsOf} from '../../model/labels.ts';
import {environmentNetworkName} from '../../model/names.ts';
import {specHash} from '../../model/spec-hash.ts';
import type {DesiredResource, ResourceSpec} from '../../model/specs.ts';
import type {ResourceRecord, State} from '../../state/state.ts';
import {describeFailure, followLogs} from '../containers.ts';
import {type ApplyContext, progress} from '../context.ts';
import {generateVariables} from '../generated-variables.ts';
import {withRevisions} from '../known-values.ts';
import {operate} from '../operation.ts';
import {awaitResource} from '../readiness.ts';
import {StepError} from '../step-error.ts';

/** What a resource's container may do (contract 4.5). */
const capabilities = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'] as const;

/** Name of the former container while a new one takes its place. */
export const previousName = (containerName: string): string => `${containerName}-previous`;

async function ownContainers(context: ApplyContext, resource: DesiredResource): Promise<readonly ObservedContainer[]> {
	const {containers} = await context.engine.observe({
		[labels.lineage]: context.plan.lineage,
		[labels.address]: resource.address,
	});
	return containers;
}

/** Id of an image, which is pulled when the engine does not have it. */
export async function ensureImage(context: ApplyContext, address: string, reference: string): Promise<string> {
	const found = await context.engine.findImage(reference);
	if (found) return found.id;
	const pulled = await context.engine.pullImage(
		reference,
		({message}) => progress(context, address, `pulling ${reference}: ${message}`),
		context.stopping,
	);
	return pulled.id;
}

/** Starts a resource's container on the volumes that the plan gives it. */
export async function startContainer(
	context: ApplyContext,
	resource: DesiredResource,
	spec: ResourceSpec,
	op: string,
): Promise<string> {
	const {plan, engine, secrets} = context;
	const {project, environment, lineage} = plan;
	const volumes = plan.desired.volumes.filter(volume => volume.resource === resource.name);
	const identity = {lineage, project, environment, address: resource.address, spec: specHash(spec), op};
	return engine.run({
		name: resource.containerName,
		image: spec.image,
		labels: labelsOf(identity),
		command: spec.command,
		env: await secrets.resolveEnv(spec.env, plan.desired),
		attachments: [{network: environmentNetworkName(project, environment), aliases: [spec.hostname, resource.name]}],
		volumes: Object.fromEntries(volumes.map(volume => [volume.name, {path: volume.mountPath}])),
		restart: {policy: resource.restart},
		capabilities,
		stopGraceSeconds: context.settings.stopGraceSeconds,
	});
}

/** Waits for a started resource; a StepError carries everything that helps. */
export async function settle(
	context: ApplyContext,
	{name, readiness: declared, spec}: Pick<DesiredResource, 'name' | 'readiness' | 'spec'>,
	containerId: string,
): Promise<void> {
	const details = await context.engine.inspectContainer(containerId);
	const network = environmentNetworkName(context.plan.project, context.plan.environment);
	const host = details?.networks[network] || spec.hostname;
	const target = {address: resourceAddress(name), containerId, host};
	const readiness = await awaitResource(context, name, target, declared);
	if (!readiness.isReady)
		throw new StepError(await describeFailure(context, containerId, readiness.message, readiness.lastProbe));
}

// The record must describe what runs, so that the next plan compares against the truth.
function recordOf(resource: DesiredResource, spec: ResourceSpec, imageId: string, containerId: string): ResourceRecord {
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

const withRecord = (state: State, record: ResourceRecord): State => ({
	...state,
	resources: {...state.resources, [record.name]: record},
});

/**
 * Whether an interrupted apply made this container for the first time. It may be filling its volume right now, which a
 * database does once and cannot begin again half-way, so it is gone on with.
 */
const isBegun = (
	state: State,
	{name}: DesiredResource,
	{labels: own}: ObservedContainer,
	spec: ResourceSpec,
): boolean => state.resources[name] === undefined && own[labels.spec] === specHash(spec);

/**
 * Makes a resource's container, stop-first: the old one is renamed and stopped before the new one starts on the same
 * volumes, and comes back when the new one does not become ready (contract 4.10).
 * @param restored the record's status, when a restore into it is to follow or is not finished
 */
export async function replaceResource(
	context: ApplyContext,
	resource: DesiredResource,
	restored: Pick<ResourceRecord, 'status' | 'restore'> = {status: 'running'},
): Promise<void> {
	const {engine, settings, state} = context;
	await generateVariables(context, resource);
	const spec = withRevisions(resource.spec, state.current());
	const imageId = await ensureImage(context, resource.address, spec.image);
	const logs = new AbortController();
	let former: ObservedContainer | undefined;
	await operate(context, {
		address: resource.address,
		intent: {type: 'replace-resource', resource: resource.name, containerName: resource.containerName},
		run: async op => {
			const found = (await ownContainers(context, resource)).find(({name}) => name === resource.containerName);
			const begun = found && isBegun(state.current(), resource, found, spec) ? found : undefined;
			former = begun ? undefined : found;
			try {
				if (former) {
					progress(context, resource.address, 'stopping the former container');
					await engine.stop(former.id, settings.stopGraceSeconds);
					failpoint('resource.after-stop');
					await engine.rename(former.id, previousName(resource.containerName));
					failpoint('resource.after-rename');
				}
				progress(context, resource.address, 'starting');
				const containerId = begun?.id ?? (await startContainer(context, resource, spec, op));
				if (begun) await engine.start(begun.id);
				failpoint('resource.after-start');
				followLogs(context, resource.address, containerId, logs.signal);
				await settle(context, resource, containerId);
				return containerId;
			} catch (error) {
				await undoReplacement(context, resource, former);
				throw error;
			} finally {
				logs.abort();
			}
		},
		async finish() {
			failpoint('resource.after-record');
			if (former) await engine.remove(former.id);
		},
		record: (current, containerId) =>
			withRecord(current, {...recordOf(resource, spec, imageId, containerId), ...restored}),
	});
}

async function undoReplacement(
	context: ApplyContext,
	resource: DesiredResource,
	former: ObservedContainer | undefined,
) {
	const {engine, settings} = context;
	const containers = await ownContainers(context, resource);
	// The name has to be free before the former one can have it back.
	for (const {id, name} of containers) {
		if (name !== resource.containerName || id === former?.id) continue;
		// It has the volume open.
		await engine.stop(id, settings.stopGraceSeconds);
		await engine.remove(id);
	}
	if (!former) return;
	const isRenamed = containers.some(({id, name}) => id === former.id && name !== resource.containerName);
	if (isRenamed) await engine.rename(former.id, resource.containerName);
	await engine.start(former.id);
}

/** Starts a stopped resource again, or stores settings that need no new container. */
export async function updateResource(context: ApplyContext, resource: DesiredResource): Promise<void> {
	const {engine, state} = context;
	const record = state.current().resources[resource.name];
	const container = (await ownContainers(context, resource)).find(({name}) => name === resource.containerName);
	if (!record || !container)
		throw new UserError(`the container of ${resource.address} is gone`, {hint: 'compartment apply'});
	const logs = new AbortController();
	followLogs(context, resource.address, container.id, logs.signal);
	try {
		if (record.restart !== resource.restart) await engine.setRestart(container.id, {policy: resource.restart});
		if (container.state !== 'running') await engine.start(container.id);
		await settle(context, resource, container.id);
	} finally {
		logs.abort();
	}
	await state.update(current => withRecord(current, recordOf(resource, record.spec, record.imageId, container.id)));
}

/** Starts a recorded resource, or starts it anew, as it was: nothing of the descriptor is applied. */
export async function restartResource(
	context: ApplyContext,
	address: string,
	mode: 'start' | 'restart',
): Promise<void> {
	const {engine, settings, state} = context;
	const record = Object.values(state.current().resources).find(({name}) => resourceAddress(name) === address);
	if (!record) throw new UserError('The requested resource was not found.', {hint: 'compartment status'});
	const {containerId} = record;
	const logs = new AbortController();
	try {
		if (mode === 'restart') await engine.stop(containerId, settings.stopGraceSeconds);
		await engine.start(containerId);
		followLogs(context, address, containerId, logs.signal);
		await settle(context, record, containerId);
	} finally {
		logs.abort();
	}
	const updatedAt = new Date().toISOString();
	const status = record.status === 'restore-incomplete' ? record.status : 'running';
	await state.update(current => withRecord(current, {...record, status, updatedAt}));
}

/** Stops and removes a resource's container; its volumes stay. */
export async function deleteResource(context: ApplyContext, name: string): Promise<void> {
	const {engine, state, settings} = context;
	const record = state.current().resources[name];
	if (!record) return;
	await operate(context, {
		address: `resource.${name}`,
		intent: {type: 'remove', kind: 'container', name: record.containerName},
		run: async () => {
			const filter = {[labels.lineage]: context.plan.lineage, [labels.address]: `resource.${name}`};
			for (const {id} of (await engine.observe(filter)).containers) {
				await engine.stop(id, settings.stopGraceSeconds).catch((error: unknown) => {
					// Removing kills it anyway.
					if (!(error instanceof EngineError)) throw error;
				});
				await engine.remove(id);
			}
		},
		record: current => {
			const {[name]: _removed, ...resources} = current.resources;
			return {...current, resources};
		},
	});
}
