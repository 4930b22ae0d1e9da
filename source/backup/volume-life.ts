import {writeJournaled} from '../apply/journaled.ts';
import {removeVolume} from '../apply/steps/volume.ts';
import type {Project} from '../descriptor/project.ts';
import {UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {serviceAddress} from '../model/address.ts';
import {appendAudit} from '../state/audit.ts';
import {patchDeployment} from '../state/deployments.ts';
import type {State} from '../state/state.ts';
import {findVolume, isInUse, type NamedVolume, usersOf} from './volumes.ts';
import type {Work} from './work.ts';

function audit({context, say}: Work, type: string, {address}: NamedVolume): void {
	const warning = appendAudit(context.directory, {type, status: 'succeeded', target: address, details: {}});
	if (warning) say(warning);
}

const isDeclared = ({services}: Project, {owner, handle}: NamedVolume): boolean =>
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
export function assertUnused(state: State, volume: NamedVolume): void {
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
