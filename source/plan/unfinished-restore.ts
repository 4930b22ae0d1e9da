import {command, type Hint, hint, joinHints} from '../hint.ts';
import {resourceAddress} from '../model/address.ts';
import type {DesiredService} from '../model/specs.ts';
import type {ResourceRecord, State, UnfinishedRestore} from '../state/state.ts';
import {blocked} from './actions.ts';
import type {Action, PlannedDeployment} from './plan.ts';

/** The commands that finish or undo an incomplete restore. */
export function restoreHints(name: string, {backup, preRestoreBackup}: UnfinishedRestore): Hint[] {
	const restore = (id: string) => command('resource backup restore', '--resource', name, '--backup', id, '--yes');
	if (preRestoreBackup === null) return [command('resource delete', '--resource', name, '--delete-data')];
	return [restore(backup), hint`${restore(preRestoreBackup)}   # as it was before`];
}

type Unfinished = ResourceRecord & {readonly restore: UnfinishedRestore};

const isUnfinished = (record: ResourceRecord | undefined): record is Unfinished =>
	record?.status === 'restore-incomplete' && record.restore !== undefined;

const why = ({name, restore}: Unfinished): string =>
	`The restore of backup ${restore.backup} into resource ${name} did not finish.`;

const unblock = ({name, restore}: Unfinished): Hint => joinHints(restoreHints(name, restore));

/** Warnings about half-restored resources: they run, but their data is neither the old nor the new. */
export const restoreWarnings = (state: State): Hint[] =>
	Object.values(state.resources)
		.filter(isUnfinished)
		.map(record => hint`${why(record)} ${unblock(record)}`);

/** Blocks changes to a half-restored resource: a second restore may need its container. */
export function blockedResource(state: State, name: string): Action | undefined {
	const record = state.resources[name];
	return isUnfinished(record) ? blocked(resourceAddress(name), 'resource', why(record), unblock(record)) : undefined;
}

/** Blocks a service that connects to a half-restored resource. */
export function blockedService(state: State, {address, connections}: DesiredService): Action | undefined {
	const record = connections.map(({resource}) => state.resources[resource]).find(isUnfinished);
	return record ? blocked(address, 'service', why(record), unblock(record)) : undefined;
}

/** The same for deployments of existing images: promoted and rolled back ones. */
export const blockedDeployments = (state: State, deployments: readonly PlannedDeployment[]): Action[] =>
	Object.keys(state.resources).flatMap(name => {
		const isConnected = deployments.some(({spec}) =>
			Object.values(spec.env).some(value => value.type === 'output' && value.resource === name),
		);
		return isConnected ? (blockedResource(state, name) ?? []) : [];
	});
