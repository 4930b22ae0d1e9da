import {UserError} from '../errors.ts';
import {command} from '../hint.ts';
import type {Backup, BackupCopy} from '../state/backup.ts';
import type {ResourceRecord, State} from '../state/state.ts';

/** The state with a backup added, or replaced if its id exists. */
export function withBackup(state: State, backup: Backup): State {
	const isKnown = state.backups.some(({id}) => id === backup.id);
	const backups = isKnown
		? state.backups.map(known => (known.id === backup.id ? backup : known))
		: [...state.backups, backup];
	return {...state, backups};
}

export const patchBackup = (state: State, id: string, patch: Partial<Backup>): State => ({
	...state,
	backups: state.backups.map(backup => (backup.id === id ? {...backup, ...patch} : backup)),
});

/** The state with a changed copy of a backup in a store; the copy is added if there is none. */
export function patchCopy(state: State, id: string, store: string, patch: Omit<Partial<BackupCopy>, 'store'>): State {
	const copies = state.backups.find(backup => backup.id === id)?.copies ?? [];
	const known = copies.find(copy => copy.store === store);
	const none = {store, status: 'uploading', at: '', size: null, failureSummary: null, attempts: 0} as const;
	const copy: BackupCopy = {...(known ?? none), ...patch};
	return patchBackup(state, id, {copies: [...copies.filter(each => each !== known), copy]});
}

/** The copy of a backup in a store. */
export const copyIn = ({copies = []}: Backup, store: string): BackupCopy | undefined =>
	copies.find(copy => copy.store === store);

/** A backup by its id. @throws UserError when there is none */
export function findBackup(state: State, id: string): Backup {
	const backup = state.backups.find(candidate => candidate.id === id);
	if (backup) return backup;
	throw new UserError('The requested resource backup was not found.', {
		hint: command('resource backup list', '--resource', 'NAME'),
	});
}

/** The backups of a resource, newest first. */
export const backupsOf = (state: State, resource: string): Backup[] =>
	state.backups.filter(backup => backup.resource === resource).sort((a, b) => (a.id < b.id ? 1 : -1));

/** The scheduled backups of a resource, whatever their status, newest first. */
export const scheduledBackups = (state: State, resource: string): Backup[] =>
	backupsOf(state, resource).filter(({purpose}) => purpose === 'scheduled');

export const patchResource = (state: State, name: string, patch: Partial<ResourceRecord>): State => {
	const record = state.resources[name];
	return record ? {...state, resources: {...state.resources, [name]: {...record, ...patch}}} : state;
};
