import {volumeAddress} from './address.ts';
import {serviceVolumeName, volumeName} from './names.ts';
import type {Desired, DesiredVolume, ServiceVolume} from './specs.ts';

/** A service or resource, as far as its volumes go. */
type Owner = {
	readonly name: string;
	/** A resource has only the mount path of each volume. */
	readonly spec: {readonly volumes?: Readonly<Record<string, string | ServiceVolume>>};
};

/** What is known of a volume that Compartment did not make: its name on the engine. */
type Known = {readonly name: string; readonly isExternal?: true};

/** An environment with the volumes that it has already, by address: external ones keep their names. */
type Surroundings = {
	readonly project: string;
	readonly environment: string;
	readonly volumes: Readonly<Record<string, Known>>;
};

/**
 * The volumes that a service or resource mounts, with their names on the engine. Nothing else computes those, because an
 * external volume has the name that it had before.
 */
export const volumesOf = ({project, environment, volumes}: Surroundings, {name: owner, spec}: Owner): DesiredVolume[] =>
	Object.entries(spec.volumes ?? {}).map(([handle, volume]) => {
		const [nameOf, mountPath] =
			typeof volume === 'string' ? ([volumeName, volume] as const) : ([serviceVolumeName, volume.path] as const);
		const address = volumeAddress(owner, handle);
		const known = Object.hasOwn(volumes, address) ? volumes[address] : undefined;
		const base = {address, owner, handle, mountPath};
		return known?.isExternal
			? {...base, name: known.name, isExternal: true}
			: {...base, name: nameOf(project, environment, owner, handle)};
	});

/** The volumes of one service or resource; no two of them share a name. */
export const volumesIn = ({volumes}: Pick<Desired, 'volumes'>, owner: string): DesiredVolume[] =>
	volumes.filter(volume => volume.owner === owner);
