import type {Path, Report} from '../problem.ts';
import {mapOf} from './raw.ts';

/** Two volumes of one container need different mount paths. `field` names the path in the long form of a volume. */
export const checkMounts = (volumes: unknown, field: 'mountPath' | 'path', path: Path, report: Report): void => {
	const owners = new Map<string, string>();
	for (const [handle, volume] of Object.entries(mapOf(volumes))) {
		const mount = typeof volume === 'string' ? volume : mapOf(volume)[field];
		if (typeof mount !== 'string') continue;
		const target = mount.replace(/\/+$/, '');
		const owner = owners.get(target);
		if (owner === undefined) owners.set(target, handle);
		else report([...path, handle], `Volumes "${owner}" and "${handle}" share the mount path "${mount}".`);
	}
};
