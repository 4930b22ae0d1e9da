import {backedUpAddress, isVolumeOfService} from '../model/backed-up.ts';
import type {State, UnfinishedRestore, VolumeRecord} from '../state/state.ts';
import {patchResource} from './records.ts';

/** The unfinished restore of a resource or of a volume of a service. */
export const unfinishedRestore = ({resources, volumes}: State, name: string): UnfinishedRestore | undefined =>
	isVolumeOfService(name) ? volumes[backedUpAddress(name)]?.restore : resources[name]?.restore;

function patchVolume(state: State, name: string, patch: Pick<VolumeRecord, 'restore'>): State {
	const address = backedUpAddress(name);
	const record = state.volumes[address];
	return record ? {...state, volumes: {...state.volumes, [address]: {...record, ...patch}}} : state;
}

/** Marks what is restored: before the first byte is written, and until it is ready again. */
export const markUnfinished = (state: State, name: string, restore: UnfinishedRestore): State =>
	isVolumeOfService(name)
		? patchVolume(state, name, {restore})
		: patchResource(state, name, {status: 'restore-incomplete', restore});

export const markRestored = (state: State, name: string): State =>
	isVolumeOfService(name)
		? patchVolume(state, name, {restore: undefined})
		: patchResource(state, name, {status: 'running', restore: undefined, updatedAt: new Date().toISOString()});
