import {replaceResource} from '../apply/steps/replace-resource.ts';
import {deleteResource, restartResource} from '../apply/steps/resource.ts';
import {stopResource as stopContainer} from '../apply/steps/stop.ts';
import {removeVolume} from '../apply/steps/volume.ts';
import {observeOwn} from '../engine/own-engine.ts';
import {UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {resourceAddress, volumeAddress} from '../model/address.ts';
import {runsNow} from '../model/container-state.ts';
import {volumesOf} from '../model/volumes.ts';
import {appendAudit} from '../state/audit.ts';
import type {State} from '../state/state.ts';
import {withoutVariables} from './copy-variables.ts';
import {assertRunning, resourceOf} from './create.ts';
import {findResource} from './definition.ts';
import {prepareNetwork, type Work} from './work.ts';

function audit({context, say}: Work, type: string, name: string, details = {}): void {
	const target = resourceAddress(name);
	const warning = appendAudit(context.directory, {type, status: 'succeeded', target, details});
	if (warning) say(warning);
}

/** Stops a running resource (docs/rules.md, "Stopping and starting"). */
export async function stopResource(work: Work, name: string): Promise<void> {
	await assertRunning(work, name);
	await stopContainer(work.context, name);
	audit(work, 'resource.stopped', name);
}

// The engine silently creates missing volumes, and the resource would start empty.
async function assertVolumes(work: Work, name: string): Promise<void> {
	const {engine, state} = work.context;
	const {volumes} = await observeOwn(engine, state.current());
	const there = new Set(volumes.map(volume => volume.name));
	const lost = volumesOf(state.current(), resourceOf(work, name)).find(volume => !there.has(volume.name));
	if (!lost) return;
	throw new UserError(
		`Volume ${lost.handle} of resource ${name} was removed outside Compartment, and its data is gone.`,
		{
			hint: hint`Create an empty volume: ${command('apply')}. Then restore a backup: ${command('resource backup list', '--resource', name)}`,
		},
	);
}

/**
 * Starts a stopped resource as it was recorded and waits until it is ready; one whose container is gone
 * gets a new one on the same volumes.
 */
export async function startResource(work: Work, name: string): Promise<void> {
	const {context} = work;
	const {status, restore, containerId, readiness} = findResource(context.state.current(), name);
	const details = await context.engine.inspectContainer(containerId);
	if (runsNow(details) && status !== 'stopped') return;
	await prepareNetwork(work, readiness !== undefined);
	if (details) await restartResource(context, resourceAddress(name), 'start');
	else {
		await assertVolumes(work, name);
		await replaceResource(context, resourceOf(work, name), restore ? {status, restore} : {status: 'running'});
	}
	audit(work, 'resource.started', name);
}

/** Addresses of a resource's recorded volumes, even if the resource was deleted. */
const recordedVolumes = ({volumes}: State, name: string): string[] =>
	Object.keys(volumes).filter(address => address.startsWith(volumeAddress(name, '')));

/** Refuses a name without a resource or volumes. */
export function assertDeletable(state: State, name: string): void {
	if (recordedVolumes(state, name).length === 0) findResource(state, name);
}

// A generated password belongs to its data: it is kept or deleted together with the volumes.
const withoutGenerated = (state: State, name: string): State => ({
	...state,
	variables: state.variables.filter(
		({scope, source}) => scope.type !== 'resource' || scope.name !== name || source !== 'generated',
	),
});

/**
 * Removes a resource's container and record, and with `deleteData` its volumes (docs/rules.md, "Deleting").
 * @returns the handles of the volumes that stay
 */
export async function removeResource(work: Work, name: string, deleteData: boolean): Promise<readonly string[]> {
	const {context} = work;
	const {state, project} = context;
	assertDeletable(state.current(), name);
	await deleteResource(context, name);
	if (deleteData) {
		for (const address of recordedVolumes(state.current(), name))
			if (!state.current().volumes[address]?.isExternal) await removeVolume(context, address);
	}
	// The variables belong to the data: an external volume keeps them.
	if (deleteData && recordedVolumes(state.current(), name).length === 0) {
		const isDeclared = project.resources.some(resource => resource.name === name);
		await state.update(current => (isDeclared ? withoutGenerated(current, name) : withoutVariables(current, name)));
	}
	audit(work, 'resource.deleted', name, {deleteData});
	return recordedVolumes(state.current(), name).map(address => address.slice(volumeAddress(name, '').length));
}
