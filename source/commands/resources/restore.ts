import {withBackup} from '../../backup/records.ts';
import {restorableBackup, restoreInPlace} from '../../backup/restore.ts';
import {restoreAs} from '../../backup/restore-as.ts';
import {withStore} from '../../backup/store/open-store.ts';
import {findSubject} from '../../backup/subject.ts';
import type {Work} from '../../backup/work.ts';
import {canAsk} from '../../console/can-ask.ts';
import {type Dialogue, onTerminal} from '../../console/dialogue.ts';
import {type ResourceFlags, untilInterrupted, workOn} from '../../console/watch-work.ts';
import {isArchive} from '../../descriptor/project.ts';
import {UserError} from '../../errors.ts';
import {again} from '../../hint.ts';
import {backedUpTitle, isVolumeOfService} from '../../model/backed-up.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {summariseBackup} from '../../report/backups.ts';
import {placeOf, reportResources} from '../../report/resources.ts';
import type {State} from '../../state/state.ts';
import {isJson} from '../../workspace/flags.ts';
import {openWorkspace, readExistingState, type Workspace} from '../../workspace/workspace.ts';
import type {BackupFlags} from './backup.ts';

type RestoreFlags = BackupFlags & {
	readonly resource?: string;
	readonly as?: string;
	readonly store?: string;
	readonly yes?: boolean;
};

type Asking = {readonly dialogue: Dialogue};

/** The backup as a store has it. */
async function findInStore({project, environment, settings}: Workspace, store: string, id: string) {
	const {findStored} = await import('../../backup/store/stored-backups.ts');
	const place = {project: project.name, environment};
	return untilInterrupted(signal =>
		withStore(store, {settings, folder: project.directory, signal}, opened => findStored(opened, place, id)),
	);
}

/** The state with a backup as if it had been fetched from the store already. */
async function withStored(workspace: Workspace, state: State, store: string, id: string): Promise<State> {
	const {recordOf} = await import('../../backup/store/fetch-backup.ts');
	return withBackup(state, recordOf(await findInStore(workspace, store, id), ''));
}

/** Checks the request before it asks for confirmation. */
async function confirmRestore({
	resource: name,
	backup: id,
	store,
	yes = false,
	dialogue,
	...flags
}: RestoreFlags & ResourceFlags & Asking) {
	const workspace = await openWorkspace({...flags});
	const {project} = workspace;
	const current = await readExistingState(workspace);
	const refusal = 'Resource restore requires confirmation.';
	const hint = again('--yes');
	if (!yes && !canAsk()) throw new UserError(refusal, {hint});
	const resource = findSubject(project, current, name);
	const state = store === undefined ? current : await withStored(workspace, current, store, id);
	const {createdAt} = restorableBackup(state, id, resource);
	await dialogue.confirmName({
		name,
		consequence: `The data of ${backedUpTitle(name)} will be replaced by that of ${createdAt} (${id}), after a backup of the current data.`,
		isConfirmed: yes,
		refusal,
		hint,
		cancelled: 'Nothing was restored.',
	});
}

/**
 * A new resource runs the image and the commands that its backup names. Those of a backup that this machine did not make, and
 * whose signature it cannot check, are shown and have to be confirmed (docs/rules.md, "Restore from a store").
 */
async function confirmForeign({
	store,
	backup: id,
	as,
	yes = false,
	dialogue,
	...flags
}: RestoreFlags & {store: string; as: string} & Asking) {
	const workspace = await openWorkspace(flags);
	const state = await readExistingState(workspace);
	if (state.backups.some(backup => backup.id === id && backup.manifest)) return;
	const {stored, isSigned} = await findInStore(workspace, store, id);
	if (isSigned) return;
	const {spec, operations} = stored.manifest.definition;
	const {restore} = operations;
	const way = restore && isArchive(restore) ? 'files of an archive' : `restore command ${restore?.command ?? 'none'}`;
	const shown = [`image ${spec.image}`, way].map(text => sanitiseLine(text));
	await dialogue.confirmName({
		name: as,
		consequence: `Backup ${id} in store ${store} was not signed by this machine. Resource ${as} would run what it names: ${shown.join(', ')}.`,
		isConfirmed: yes,
		refusal: `Backup ${id} in store ${store} was not signed by this machine, and names what resource ${as} would run: ${shown.join(', ')}.`,
		hint: again('--yes'),
		cancelled: 'Nothing was restored.',
	});
}

/** `compartment resource backup restore`: restores a backup into its resource or, with `--as`, into a new one. */
export const resourceBackupRestore = (flags: RestoreFlags): Promise<void> => restore(flags, onTerminal(flags));

/** Restores a backup after a question, and prints what was restored. */
export async function restore(flags: RestoreFlags, dialogue: Dialogue): Promise<void> {
	const {print} = dialogue.terminal;
	const {resource: name, as, backup: id, store} = flags;
	if (name !== undefined && as !== undefined)
		throw new UserError('Resource backup restore cannot use --resource with --as.');
	if (name === undefined && as === undefined)
		throw new UserError('Resource restore requires --resource unless --as is provided.');
	if (name !== undefined) await confirmRestore({...flags, resource: name, dialogue});
	else if (store !== undefined) await confirmForeign({...flags, store, as: as!, dialogue});
	const restoreIn = async (work: Work, workspace: Workspace) => {
		if (store !== undefined) {
			const {fetchBackup} = await import('../../backup/store/fetch-backup.ts');
			await fetchBackup(work, store, id);
		}
		const result = name === undefined ? await restoreAs(work, as!, id) : await restoreInPlace(work, name, id);
		const current = work.context.state.current();
		const resources = await reportResources(workspace, current);
		return {state: current, restored: result, resource: resources.find(found => found.name === result.resource)};
	};
	const {watch} = dialogue;
	const {state, restored, resource} = await workOn(flags, 'resource backup restore', restoreIn, watch);
	const {preRestoreBackup, restoredBackup} = restored;
	if (isJson(flags)) {
		const document = {
			...placeOf(state),
			...(as === undefined ? {preRestoreBackup: preRestoreBackup && summariseBackup(preRestoreBackup)} : {}),
			resource,
			restoredBackup: summariseBackup(restoredBackup),
			success: true,
		};
		process.stdout.write(jsonDocument(document));
		return;
	}
	const before = preRestoreBackup ? ` Pre-restore backup: ${preRestoreBackup.id}.` : '';
	const title = isVolumeOfService(restored.resource) ? 'Volume' : 'Resource';
	print(`${title} ${restored.resource} restored from backup ${id}.${before}`);
}
