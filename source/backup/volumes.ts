import {UserError} from '../errors.ts';
import {command} from '../hint.ts';
import {nameIn, volumeAddress} from '../model/address.ts';
import {volumesOf} from '../model/volumes.ts';
import {heldCandidates} from '../state/deployments.ts';
import type {Deployment, State} from '../state/state.ts';

/** A recorded volume: the address is `volume.` and its name, such as `web.uploads`. */
export type NamedVolume = {readonly address: string; readonly owner: string; readonly handle: string};

/** The recorded volume of this name. @throws UserError when there is none */
export function findVolume({volumes, environment}: State, name: string): NamedVolume {
	const [owner = '', ...rest] = nameIn(name.startsWith('volume.') ? name : `volume.${name}`).split('.');
	const handle = rest.join('.');
	const address = volumeAddress(owner, handle);
	if (Object.hasOwn(volumes, address)) return {address, owner, handle};
	const names = Object.keys(volumes).map(nameIn);
	throw new UserError(`Environment ${environment} has no volume ${name}.`, {
		hint: names.length > 0 ? `It has ${names.join(', ')}` : command('volume list'),
	});
}

/** Whether a deployment is active or held; the containers of others are kept for inspection only. */
export const isInUse = (state: State, {id, service}: Deployment): boolean =>
	state.active[service] === id || heldCandidates(state)[service]?.id === id;

/** Deployments of services that have a container with this volume, the active one first. */
export const usersOf = (state: State, address: string): Deployment[] =>
	Object.values(state.deployments)
		.filter(
			({service, spec, containerId}) =>
				containerId !== undefined && volumesOf(state, {name: service, spec}).some(volume => volume.address === address),
		)
		.sort((a, b) => Number(isInUse(state, b)) - Number(isInUse(state, a)));
