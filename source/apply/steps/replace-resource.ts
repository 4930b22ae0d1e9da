import type {ObservedContainer} from '../../engine/engine.ts';
import type {OwnEngine} from '../../engine/own-engine.ts';
import {failpoint} from '../../failpoints.ts';
import {labels} from '../../model/labels.ts';
import {previousContainerName} from '../../model/names.ts';
import {specHash} from '../../model/spec-hash.ts';
import type {DesiredResource, ResourceSpec} from '../../model/specs.ts';
import type {ResourceRecord, State} from '../../state/state.ts';
import {followLogs} from '../containers.ts';
import {type EnvironmentContext, progress} from '../context.ts';
import {generateVariables} from '../generated-variables.ts';
import {ensureImage} from '../images.ts';
import {writeJournaled} from '../journaled.ts';
import {withRevisions} from '../known-values.ts';
import {
	containersOfResource,
	currentContainer,
	recordOf,
	settle,
	startContainer,
	withInitialised,
	withRecord,
} from './resource-container.ts';

/**
 * Whether an interrupted apply created this first container. It is continued, because it may be initialising its volume,
 * which a database cannot repeat half-way.
 */
const isBegun = (
	state: State,
	{name}: DesiredResource,
	{labels: own}: ObservedContainer,
	spec: ResourceSpec,
): boolean => state.resources[name] === undefined && own[labels.spec] === specHash(spec);

/** The networks of the container that it took over; one may have been removed meanwhile. */
async function findGuests(engine: OwnEngine, record: ResourceRecord | undefined) {
	const guests = record?.guests ?? [];
	const found = await Promise.all(guests.map(({network}) => engine.findByName('network', network)));
	return guests.filter((_, index) => found[index] !== undefined);
}

/**
 * Makes a resource's container, stop-first: the old one is renamed and stopped before the new one starts on the same
 * volumes, and is restored if the new one does not become ready (docs/rules.md, "Replaced stop-first").
 * @param restored the record's status, when a restore into the resource follows or is unfinished
 */
export async function replaceResource(
	context: EnvironmentContext,
	resource: DesiredResource,
	restored: Pick<ResourceRecord, 'status' | 'restore'> = {status: 'running'},
): Promise<void> {
	const {engine, settings, state} = context;
	await generateVariables(context, resource);
	const spec = withRevisions(resource.spec, state.current());
	const image = await ensureImage(context, resource.address, spec.image);
	const record = state.current().resources[resource.name];
	const guests = await findGuests(engine, record);
	const logs = new AbortController();
	let previous: ObservedContainer | undefined;
	await writeJournaled(context, {
		address: resource.address,
		intent: {
			type: 'replace-resource',
			resource: resource.name,
			containerName: resource.containerName,
			...(record?.isAdopted ? {adopted: record.containerId} : {}),
		},
		run: async op => {
			const found = await currentContainer(context, resource);
			const begun = found && isBegun(state.current(), resource, found, spec) ? found : undefined;
			previous = begun ? undefined : found;
			try {
				if (previous) {
					progress(context, resource.address, 'stopping the previous container');
					await engine.stop(previous.id, settings.stopGraceSeconds);
					failpoint('resource.after-stop');
					await engine.rename(previous.id, previousContainerName(resource.containerName));
					failpoint('resource.after-rename');
				}
				progress(context, resource.address, 'starting');
				const containerId = begun?.id ?? (await startContainer(context, resource, {spec, image, op, guests}));
				if (begun) await engine.start(begun.id);
				failpoint('resource.after-start');
				followLogs(context, resource.address, containerId, {signal: logs.signal, isStartedAgain: begun !== undefined});
				await settle(context, resource, containerId, previous ? 'replacement' : 'first');
				return containerId;
			} catch (error) {
				await undoReplacement(context, resource, previous);
				throw error;
			} finally {
				logs.abort();
			}
		},
		async finish() {
			failpoint('resource.after-record');
			if (previous) await engine.remove(previous.id);
		},
		record: (current, containerId) =>
			withInitialised(
				withRecord(current, {
					...recordOf(resource, spec, image.id, containerId),
					...restored,
					...(guests.length > 0 ? {guests} : {}),
				}),
				resource,
			),
	});
}

async function undoReplacement(
	context: EnvironmentContext,
	resource: DesiredResource,
	previous: ObservedContainer | undefined,
) {
	const {engine, settings} = context;
	const containers = await containersOfResource(context, resource);
	// The previous container needs its name back.
	for (const {id, name} of containers) {
		if (name !== resource.containerName || id === previous?.id) continue;
		// It has the volume open.
		await engine.stop(id, settings.stopGraceSeconds);
		await engine.remove(id);
	}
	if (!previous) return;
	const isRenamed = containers.some(({id, name}) => id === previous.id && name !== resource.containerName);
	if (isRenamed) await engine.rename(previous.id, resource.containerName);
	await engine.start(previous.id);
}
