import {backupsOf} from '../../backup/records.ts';
import {withStore} from '../../backup/store/open-store.ts';
import {findSubject, subjectNames} from '../../backup/subject.ts';
import {type ResourceFlags, readSettledState, untilInterrupted} from '../../console/watch-work.ts';
import {UserError} from '../../errors.ts';
import {command, joinHints} from '../../hint.ts';
import {backedUpTitle} from '../../model/backed-up.ts';
import {jsonDocument} from '../../output/json.ts';
import {createTerminal} from '../../output/terminal.ts';
import {backupLine, backupTable, scheduleLine, summariseBackup, summariseSchedule} from '../../report/backups.ts';
import {placeOf} from '../../report/resources.ts';
import {storedLine, storedTable, summariseStored} from '../../report/stored-backups.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {openWorkspace, readOrNewState} from '../../workspace/workspace.ts';

type ListFlags = CommonFlags & {readonly resource?: string; readonly store?: string};

/** The backups that this machine knows of a resource, newest first, and its schedule. */
async function listKnown(flags: ResourceFlags): Promise<void> {
	const {print, paint, isSeen} = createTerminal(flags);
	const name = flags.resource;
	const workspace = await openWorkspace(flags);
	const state = await readSettledState(workspace, flags);
	const backups = backupsOf(state, name);
	// Backups outlive what they are of.
	const isGone = backups.length > 0 && !subjectNames(state).includes(name);
	const schedule = isGone ? undefined : findSubject(workspace.project, state, name).operations.backup?.schedule;
	const scheduledOperation = schedule ? summariseSchedule(state, name, schedule) : null;
	if (isJson(flags)) {
		const document = {resource: name, backups: backups.map(summariseBackup), scheduledOperation};
		process.stdout.write(jsonDocument({...placeOf(state), ...document}));
		return;
	}
	const lines = [
		...(scheduledOperation ? [scheduleLine(scheduledOperation)] : []),
		...(isSeen && backups.length > 0 ? [backupTable(backups, paint)] : backups.map(backupLine)),
	];
	print(lines.length > 0 ? lines.join('\n') : `No backups found for ${backedUpTitle(name)}.`);
}

/** What a store holds, also on a machine that never deployed the environment. */
async function listStore(store: string, {resource, ...flags}: ListFlags): Promise<void> {
	const {print, paint, isSeen} = createTerminal(flags);
	const workspace = await openWorkspace(flags);
	const {project, environment, settings} = workspace;
	// A new state has a lineage that no backup has.
	const {state} = await readOrNewState(workspace);
	const {listStored} = await import('../../backup/store/stored-backups.ts');
	const found = await untilInterrupted(signal =>
		withStore(store, {settings, folder: project.directory, signal}, opened =>
			listStored(opened, {project: project.name, environment}, resource),
		),
	);
	const backups = found.map(backup => summariseStored(backup, state));
	if (isJson(flags)) process.stdout.write(jsonDocument({...placeOf(state), store, backups}));
	else if (backups.length === 0) print(`No backups found in store ${store}.`);
	else print(isSeen ? storedTable(backups, paint) : backups.map(storedLine).join('\n'));
}

/** `compartment resource backup list`: lists the backups of a resource, or those in a store. */
export async function resourceBackupList(flags: ListFlags): Promise<void> {
	const {resource, store} = flags;
	if (store !== undefined) return listStore(store, flags);
	if (resource !== undefined) return listKnown({...flags, resource});
	throw new UserError('The list needs --resource, or --store for all backups in a store.', {
		hint: joinHints([
			command('resource backup list', '--resource', 'NAME'),
			command('resource backup list', '--store', 'NAME'),
		]),
	});
}
