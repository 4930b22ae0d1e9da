import {writeJournaled} from '../apply/journaled.ts';
import {removeVolume} from '../apply/steps/volume.ts';
import type {Project} from '../descriptor/project.ts';
import {UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {nameIn, serviceAddress, volumeAddress} from '../model/address.ts';
import {volumesOf} from '../model/volumes.ts';
import {appendAudit} from '../state/audit.ts';
import {heldCandidates, patchDeployment} from '../state/deployments.ts';
import type {Deployment, State} from '../state/state.ts';
import type {Work} from './work.ts';

/** A recorded volume: the address is `volume.` and its name, such as `web.uploads`. */
type Named = {readonly address: string; readonly owner: string; readonly handle: string};

/** The recorded volume of this name. @throws UserError when there is none */
export function findVolume({volumes, environment}: State, name: string): Named {
	const [owner = '', ...rest] = nameIn(name.startsWith('volume.') ? name : `volume.${name}`).split('.');
	const handle = rest.join('.');
	const address = volumeAddress(owner, handle);
	if (Object.hasOwn(volumes, address)) return {address, owner, handle};
	const names = Object.keys(volumes).map(nameIn);
	throw new UserError(`Environment ${environment} has no volume ${name}.`, {
		hint: names.length > 0 ? `It has ${names.join(', ')}` : command('volume list'),
	});
}

/** Deployments of services that have a container with this volume, the active one first. */
export const usersOf = (state: State, address: string): Deployment[] =>
	Object.values(state.deployments)
		.filter(
			({service, spec, containerId}) =>
				containerId !== undefined && volumesOf(state, {name: service, spec}).some(volume => volume.address === address),
		)
		.sort((a, b) => Number(isInUse(state, b)) - Number(isInUse(state, a)));

/** Whether a deployment is active or held; the containers of others are kept for inspection only. */
export const isInUse = (state: State, {id, service}: Deployment): boolean =>
	state.active[service] === id || heldCandidates(state)[service]?.id === id;

function audit({context, say}: Work, type: string, {address}: Named): void {
	const warning = appendAudit(context.directory, {type, status: 'succeeded', target: address, details: {}});
	if (warning) say(warning);
}

const isDeclared = ({services}: Project, {owner, handle}: Named): boolean =>
	services.some(({name, volumes = {}}) => name === owner && Object.hasOwn(volumes, handle));

/**
 * Lets a service go on without a volume: the next plan does not ask for its declaration any more. Its data is kept.
 * @throws UserError for a volume of a resource, or one that compartment.yml declares
 */
export async function releaseVolume(work: Work, name: string): Promise<void> {
	const {state, project} = work.context;
	const volume = findVolume(state.current(), name);
	const {address, owner, handle} = volume;
	if (state.current().resources[owner])
		throw new UserError(`Volume ${name} belongs to the resource ${owner}.`, {
			hint: command('resource delete', '--resource', owner),
		});
	if (isDeclared(project, volume))
		throw new UserError(`compartment.yml still declares the volume ${handle} of ${owner}.`, {
			hint: 'Remove it there first',
		});
	await state.update(current => ({
		...current,
		volumes: {...current.volumes, [address]: {...current.volumes[address]!, isReleased: true}},
	}));
	audit(work, 'volume.released', volume);
}

/** @throws UserError when something uses the volume */
export function assertUnused(state: State, volume: Named): void {
	const {owner, handle} = volume;
	if (state.resources[owner])
		throw new UserError(`The resource ${owner} uses its volume ${handle}.`, {
			hint: command('resource delete', '--resource', owner, '--delete-data'),
		});
	const user = usersOf(state, volume.address).find(deployment => isInUse(state, deployment));
	if (!user) return;
	throw new UserError(`Deployment ${user.id} of ${user.service} uses the volume ${handle}.`, {
		hint: hint`Remove it from compartment.yml, then ${command('volume release', `${owner}.${handle}`)}, then ${command('apply')}`,
	});
}

/** Deletes a volume with its data, after the containers that were kept for inspection only. @throws UserError when it is used */
export async function deleteVolume(work: Work, name: string): Promise<void> {
	const {context} = work;
	const {engine, state} = context;
	const volume = findVolume(state.current(), name);
	assertUnused(state.current(), volume);
	for (const {id, service, containerId, containerName} of usersOf(state.current(), volume.address))
		await writeJournaled(context, {
			address: serviceAddress(service),
			intent: {type: 'remove', kind: 'container', name: containerName},
			isRepeatable: true,
			run: () => engine.remove(containerId!),
			record: current => patchDeployment(current, id, {containerId: undefined}),
		});
	await removeVolume(context, volume.address);
	audit(work, 'volume.deleted', volume);
}
