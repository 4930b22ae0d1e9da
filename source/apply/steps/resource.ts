import {EngineError, UserError} from '../../errors.ts';
import {command} from '../../hint.ts';
import {resourceAddress} from '../../model/address.ts';
import {isKeptUp} from '../../model/container-state.ts';
import type {DesiredResource} from '../../model/specs.ts';
import type {ResourceRecord} from '../../state/state.ts';
import {followLogs} from '../containers.ts';
import {containersAt} from '../containers-at.ts';
import type {EnvironmentContext} from '../context.ts';
import {writeJournaled} from '../journaled.ts';
import type {ApplyResults} from '../results.ts';
import {containersOfResource, recordOf, resourceAttachments, settle, withRecord} from './resource-container.ts';

/** Starts a stopped resource, or records settings that need no new container. */
export async function updateResource(context: EnvironmentContext, resource: DesiredResource): Promise<void> {
	const {engine, state} = context;
	const record = state.current().resources[resource.name];
	const container = (await containersOfResource(context, resource)).find(({name}) => name === resource.containerName);
	if (!record || !container)
		throw new UserError(`the container of ${resource.address} no longer exists`, {hint: command('apply')});
	const logs = new AbortController();
	try {
		if (record.restart !== resource.restart) await engine.setRestart(container.id, {policy: resource.restart});
		if (container.state !== 'running') await engine.start(container.id);
		followLogs(context, resource.address, container.id, {signal: logs.signal, isStartedAgain: true});
		await settle(context, resource, container.id);
	} finally {
		logs.abort();
	}
	const {guests, isAdopted} = record;
	await state.update(current =>
		withRecord(current, {...recordOf(resource, record.spec, record.imageId, container.id), guests, isAdopted}),
	);
}

/** Connects a container that was disconnected outside Compartment. */
async function rejoin({engine, state}: EnvironmentContext, record: ResourceRecord): Promise<void> {
	const {containerId} = record;
	const details = await engine.inspectContainer(containerId);
	for (const attachment of resourceAttachments(state.current(), record))
		if (details && !Object.hasOwn(details.networks, attachment.network)) await engine.join(containerId, attachment);
}

/** Starts or restarts a resource as recorded: changes in compartment.yml are not applied. */
export async function restartResource(
	context: EnvironmentContext,
	address: string,
	mode: 'start' | 'restart',
): Promise<void> {
	const {engine, settings, state} = context;
	const record = Object.values(state.current().resources).find(({name}) => resourceAddress(name) === address);
	if (!record) throw new UserError('The requested resource was not found.', {hint: command('status')});
	const {containerId} = record;
	const logs = new AbortController();
	try {
		if (mode === 'restart') await engine.stop(containerId, settings.stopGraceSeconds);
		await rejoin(context, record);
		await engine.start(containerId);
		followLogs(context, address, containerId, {signal: logs.signal, isStartedAgain: true});
		await settle(context, record, containerId);
	} finally {
		logs.abort();
	}
	const updatedAt = new Date().toISOString();
	const status = record.status === 'restore-incomplete' ? record.status : 'running';
	await state.update(current => withRecord(current, {...record, status, crashLoop: undefined, updatedAt}));
}

/** Stops and removes a resource's container. Its volumes are kept. */
export async function deleteResource(
	context: EnvironmentContext & {readonly results?: ApplyResults},
	name: string,
	isEverythingDeleted = false,
): Promise<void> {
	const {engine, state, settings} = context;
	const record = state.current().resources[name];
	if (!record) return;
	await writeJournaled(context, {
		address: `resource.${name}`,
		intent: {type: 'remove', kind: 'container', name: record.containerName},
		isRepeatable: true,
		run: async () => {
			for (const container of await containersAt(context, resourceAddress(name), isEverythingDeleted)) {
				const {id} = container;
				if (isKeptUp(container))
					await engine.stop(id, settings.stopGraceSeconds).catch((error: unknown) => {
						// The removal kills it anyway.
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
