import {volumeAddress} from './address.ts';
import {serviceVolumeName, volumeName} from './names.ts';
import type {DesiredVolume, ServiceVolume} from './specs.ts';

/** A service or resource, as far as its volumes go. */
type Owner = {
	readonly name: string;
	/** A resource has only the mount path of each volume. */
	readonly spec: {readonly volumes?: Readonly<Record<string, string | ServiceVolume>>};
};

/** The volumes that a service or resource mounts. */
export const volumesOf = (
	{project, environment}: {readonly project: string; readonly environment: string},
	{name: owner, spec}: Owner,
): DesiredVolume[] =>
	Object.entries(spec.volumes ?? {}).map(([handle, volume]) => {
		const [nameOf, mountPath] =
			typeof volume === 'string' ? ([volumeName, volume] as const) : ([serviceVolumeName, volume.path] as const);
		const name = nameOf(project, environment, owner, handle);
		return {address: volumeAddress(owner, handle), owner, handle, name, mountPath};
	});
