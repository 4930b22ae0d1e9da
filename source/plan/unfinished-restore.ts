import {command, type Hint, hint, joinHints} from '../hint.ts';
import {nameIn, volumeAddress} from '../model/address.ts';
import {backedUpAddress, backedUpTitle, isVolumeOfService} from '../model/backed-up.ts';
import type {DesiredService} from '../model/specs.ts';
import type {State, UnfinishedRestore} from '../state/state.ts';
import {blocked} from './actions.ts';
import type {Action, PlannedDeployment} from './plan.ts';

/** The commands that finish or undo an incomplete restore. */
export function restoreHints(name: string, {backup, preRestoreBackup}: UnfinishedRestore): Hint[] {
	const restore = (id: string) => command('resource backup restore', '--resource', name, '--backup', id, '--yes');
	if (preRestoreBackup !== null) return [restore(backup), hint`${restore(preRestoreBackup)}   # as it was before`];
	if (isVolumeOfService(name)) return [restore(backup)];
	return [command('resource delete', '--resource', name, '--delete-data')];
}

/** A resource, or a volume of a service, that is half restored. */
type Unfinished = {readonly name: string; readonly restore: UnfinishedRestore};

function unfinishedIn({resources, volumes}: State): Unfinished[] {
	const ofResources = Object.values(resources).flatMap(({name, status, restore}) =>
		status === 'restore-incomplete' && restore ? [{name, restore}] : [],
	);
	const ofVolumes = Object.entries(volumes).flatMap(([address, {restore}]) =>
		restore ? [{name: nameIn(address), restore}] : [],
	);
	return [...ofResources, ...ofVolumes];
}

const isVolumeOf = (service: string, {name}: Unfinished): boolean =>
	isVolumeOfService(name) && backedUpAddress(name).startsWith(volumeAddress(service, ''));

const why = ({name, restore}: Unfinished): string =>
	`The restore of backup ${restore.backup} into ${backedUpTitle(name)} did not finish.`;

const unblock = ({name, restore}: Unfinished): Hint => joinHints(restoreHints(name, restore));

const blockedBy = (unfinished: Unfinished): Action => {
	const object = isVolumeOfService(unfinished.name) ? 'volume' : 'resource';
	return blocked(backedUpAddress(unfinished.name), object, why(unfinished), unblock(unfinished));
};

/** Warnings about half-restored data, which is neither the old nor the new. */
export const restoreWarnings = (state: State): Hint[] =>
	unfinishedIn(state).map(each => hint`${why(each)} ${unblock(each)}`);

/** Blocks what is half restored: nothing starts on data that is neither the old nor the new. */
export const blockedRestores = (state: State): Action[] => unfinishedIn(state).map(blockedBy);

/** Blocks changes to a half-restored resource: a second restore may need its container. */
export function blockedResource(state: State, name: string): Action | undefined {
	const unfinished = unfinishedIn(state).find(each => each.name === name);
	return unfinished && blockedBy(unfinished);
}

/** Whether a service has a volume that is half restored: then its container does not start. */
export const hasHalfRestoredVolume = (state: State, service: string): boolean =>
	unfinishedIn(state).some(each => isVolumeOf(service, each));

/** Blocks a service that connects to a half-restored resource, or has a half-restored volume. */
export function blockedService(
	state: State,
	{address, name: service, connections}: Pick<DesiredService, 'address' | 'name' | 'connections'>,
): Action | undefined {
	const unfinished = unfinishedIn(state).find(
		each => connections.some(({resource}) => resource === each.name) || isVolumeOf(service, each),
	);
	return unfinished && blocked(address, 'service', why(unfinished), unblock(unfinished));
}

/** The same for deployments of existing images: promoted and rolled back ones. */
export const blockedDeployments = (
	state: State,
	deployments: readonly Pick<PlannedDeployment, 'service' | 'spec'>[],
): Action[] =>
	unfinishedIn(state).flatMap(unfinished => {
		const isUsed = deployments.some(
			({service, spec}) =>
				isVolumeOf(service, unfinished) ||
				Object.values(spec.env).some(value => value.type === 'output' && value.resource === unfinished.name),
		);
		return isUsed ? blockedBy(unfinished) : [];
	});
