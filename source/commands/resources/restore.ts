import {findResource, knownResource} from '../../backup/definition.ts';
import {restorableBackup, restoreInPlace} from '../../backup/restore.ts';
import {restoreAs} from '../../backup/restore-as.ts';
import {confirmByName} from '../../console/confirm-name.ts';
import {type ResourceFlags, workOn} from '../../console/watch-work.ts';
import {UserError} from '../../errors.ts';
import {again} from '../../hint.ts';
import {jsonDocument} from '../../output/json.ts';
import {createTerminal} from '../../output/terminal.ts';
import {summariseBackup} from '../../report/backups.ts';
import {placeOf, reportResources} from '../../report/resources.ts';
import {isJson} from '../../workspace/flags.ts';
import {openWorkspace, readExistingState} from '../../workspace/workspace.ts';
import type {BackupFlags} from './backup.ts';

type RestoreFlags = BackupFlags & {readonly resource?: string; readonly as?: string; readonly yes?: boolean};

/** Checks the request before it asks for confirmation. */
async function confirmRestore({resource: name, backup: id, yes = false, ...flags}: RestoreFlags & ResourceFlags) {
	const {project, ...workspace} = await openWorkspace({...flags});
	const state = await readExistingState({project, ...workspace});
	const refusal = 'Resource restore requires confirmation.';
	const hint = again('--yes');
	if (!yes && !process.stdin.isTTY) throw new UserError(refusal, {hint});
	const {createdAt} = restorableBackup(state, id, knownResource(project, findResource(state, name)));
	await confirmByName({
		name,
		consequence: `The data of resource ${name} will be replaced by that of ${createdAt} (${id}), after a backup of the current data.`,
		isConfirmed: yes,
		refusal,
		hint,
		cancelled: 'Nothing was restored.',
	});
}

/** `compartment resource backup restore`: restores a backup into its resource or, with `--as`, into a new one. */
export async function resourceBackupRestore(flags: RestoreFlags): Promise<void> {
	const {print} = createTerminal(flags);
	const {resource: name, as, backup: id} = flags;
	if (name !== undefined && as !== undefined)
		throw new UserError('Resource backup restore cannot use --resource with --as.');
	if (name === undefined && as === undefined)
		throw new UserError('Resource restore requires --resource unless --as is provided.');
	if (name !== undefined) await confirmRestore({...flags, resource: name});
	const {state, restored, resource} = await workOn(flags, 'resource backup restore', async (work, workspace) => {
		const result = name === undefined ? await restoreAs(work, as!, id) : await restoreInPlace(work, name, id);
		const current = work.context.state.current();
		const resources = await reportResources(workspace, current);
		return {state: current, restored: result, resource: resources.find(found => found.name === result.resource)};
	});
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
	print(`Resource ${restored.resource} restored from backup ${id}.${before}`);
}
