import type {Raw} from '../../descriptor/rules/raw.ts';
import {handleOf, isMountPath, mountsOf, noteMount} from './mounts.ts';
import type {ComposeService, Translation} from './translation.ts';

const exclusiveAdvice =
	'only one deployment uses it at a time, as with Compose, so requests fail while it is replaced; where two may share it, leave out exclusive';

/**
 * The volumes of a service. Compose never runs two containers on one volume, because it stops the old one first; so each is
 * exclusive until somebody decides otherwise.
 */
export function serviceVolumes(
	{cursor, name}: ComposeService,
	{owners}: Translation,
	kind: string | undefined,
): Raw | undefined {
	const volumes: Record<string, unknown> = {};
	for (const mount of mountsOf(cursor)) {
		if (mount.kind !== 'volume' || !isMountPath(mount.target)) {
			noteMount(mount);
			continue;
		}
		const owner = owners.get(mount.source);
		if (owner !== undefined && owner !== name) {
			mount.cursor.note('missing', `the volume ${mount.source} belongs to ${owner} here; one volume has one owner`);
			continue;
		}
		owners.set(mount.source, name);
		let handle = handleOf(mount.source);
		for (let number = 2; Object.hasOwn(volumes, handle); number++) handle = `${handleOf(mount.source)}-${number}`;
		const isFirst = Object.keys(volumes).length === 0;
		volumes[handle] = kind === 'job' ? mount.target : {path: mount.target, exclusive: true};
		if (mount.isReadOnly) mount.cursor.note('changed', 'is writable here');
		if (isFirst && kind !== 'job') mount.cursor.note('changed', exclusiveAdvice);
		mount.cursor.carry();
	}
	return Object.keys(volumes).length > 0 ? volumes : undefined;
}
