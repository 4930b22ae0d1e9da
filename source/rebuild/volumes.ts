import {present} from '../descriptor/present.ts';
import type {ObservedVolume} from '../engine/engine.ts';
import {labels} from '../model/labels.ts';
import {volumesOf} from '../model/volumes.ts';
import type {State, VolumeRecord} from '../state/state.ts';
import {readVolumeShape} from './read-record.ts';
import type {Remains} from './remains.ts';

type Known = Pick<State, 'resources' | 'deployments' | 'active'>;

export type FoundVolumes = {
	readonly records: State['volumes'];
	/** Nothing says where they were mounted. */
	readonly unreadable: readonly ObservedVolume[];
};

/** Where volumes are mounted now, by address. */
function mountedIn({owner}: Remains, {resources, deployments, active}: Known): ReadonlyMap<string, string> {
	const serving = Object.values(active).flatMap(id => deployments[id] ?? []);
	const owners = [
		...Object.values(resources),
		...serving.map(({service, spec}) => ({name: service, spec})),
	] satisfies Parameters<typeof volumesOf>[1][];
	return new Map(
		owners.flatMap(each =>
			volumesOf({...owner, volumes: {}}, each).map(({address, mountPath}) => [address, mountPath]),
		),
	);
}

/** Volumes that were adopted: they have no label, so what a container has mounted shows their names. */
function externalIn(
	{owner, configurations}: Remains,
	{resources, deployments, active}: Known,
): Record<string, VolumeRecord> {
	const serving = Object.values(active).flatMap(id => deployments[id] ?? []);
	const users = [
		...Object.values(resources).map(({name, spec, containerId}) => ({name, spec, containerId})),
		...serving.map(({service, spec, containerId}) => ({name: service, spec, containerId})),
	];
	const found = users.flatMap(user => {
		const mounts = configurations.get(user.containerId ?? '')?.mounts ?? [];
		return volumesOf({...owner, volumes: {}}, user).flatMap(({address, name, mountPath}) => {
			const mount = mounts.find(({path, type}) => path === mountPath && type === 'volume');
			if (mount?.type !== 'volume' || mount.source === name) return [];
			const record = {name: mount.source, mountPath, createdAt: new Date().toISOString(), isExternal: true} as const;
			return [[address, record] as const];
		});
	});
	return Object.fromEntries(found);
}

/**
 * The records of an environment's volumes. A volume that its service no longer mounts was released. What initialised its data
 * is not known, as for volumes of older versions: see `initialValues`.
 */
export function volumeRecords(remains: Remains, known: Known): FoundVolumes {
	const mounted = mountedIn(remains, known);
	const records = externalIn(remains, known);
	const unreadable: ObservedVolume[] = [];
	const all = [...remains.observed.volumes].sort((a, b) => (a.name < b.name ? -1 : 1));
	for (const volume of all) {
		const {name, labels: own} = volume;
		const address = own[labels.address] ?? '';
		if (!address.startsWith('volume.')) continue;
		const shape = readVolumeShape(own);
		const mountPath = mounted.get(address) ?? shape?.mountPath;
		if (mountPath === undefined) {
			unreadable.push(volume);
			continue;
		}
		const [, service = ''] = address.split('.');
		const serving = known.deployments[known.active[service] ?? ''];
		// One that is newer than the deployment was made for a deployment that failed. A rollback releases nothing.
		const isDecided = serving !== undefined && serving.type !== 'rollback';
		const isOlder = isDecided && (shape?.createdAt ?? '') < serving.createdAt;
		const isReleased = isOlder && !mounted.has(address) ? true : undefined;
		const createdAt = shape?.createdAt ?? new Date().toISOString();
		records[address] = present({name, mountPath, createdAt, isReleased}) as VolumeRecord;
	}
	return {records, unreadable};
}
