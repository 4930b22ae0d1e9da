import {replaceResource} from '../apply/steps/replace-resource.ts';
import {createVolume, removeVolume} from '../apply/steps/volume.ts';
import {messageOf, UserError} from '../errors.ts';
import {failpoint} from '../failpoints.ts';
import {command, hint} from '../hint.ts';
import {volumeAddress} from '../model/address.ts';
import {isVolumeOfService} from '../model/backed-up.ts';
import {volumesOf} from '../model/volumes.ts';
import type {Backup, BackupManifest} from '../state/backup.ts';
import type {State} from '../state/state.ts';
import {assertVariables, copyVariables, withoutCopy} from './copy-variables.ts';
import {resourceNamed} from './definition.ts';
import {findBackup, patchBackup} from './records.ts';
import {auditRestore, checkRestorable, type Restored, restoreInto, restoreOperation} from './restore.ts';
import {markRestored} from './unfinished.ts';
import {prepareNetwork, type Work, withResource} from './work.ts';

/** docs/rules.md, "Names" */
const namePattern = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** A backup that can make a resource. */
function usableBackup(state: State, id: string): Backup & {manifest: BackupManifest} {
	const backup = findBackup(state, id);
	if (backup.status === 'succeeded' && backup.manifest) return {...backup, manifest: backup.manifest};
	throw new UserError(`Backup ${id} cannot be restored into a new resource.`, {
		hint: `Its status is ${backup.status}.`,
	});
}

function assertFree({context}: Work, name: string): void {
	const {project, state} = context;
	if (!namePattern.test(name))
		throw new UserError(`Resource name "${name}" is invalid.`, {
			hint: 'Use 1 to 63 characters of a-z, 0-9, _ and -, beginning with a letter or a digit.',
		});
	const {resources, volumes} = state.current();
	if (Object.hasOwn(resources, name))
		throw new UserError(`Resource ${name} already exists.`, {hint: command('resource list')});
	if (project.services.some(service => service.name === name))
		throw new UserError(`Resource name ${name} must not collide with a service name.`);
	if (Object.keys(volumes).some(address => address.startsWith(volumeAddress(name, ''))))
		throw new UserError(`The deleted resource ${name} left data volumes, which a restore would overwrite.`, {
			hint: hint`Use another name, or delete the volumes: ${command('resource delete', '--resource', name, '--delete-data')}`,
		});
}

/** Makes a new resource from a backup (docs/rules.md, "Restore as a new resource"). */
export async function restoreAs(work: Work, name: string, id: string): Promise<Restored> {
	const {context} = work;
	const {state, secrets} = context;
	const backup = usableBackup(state.current(), id);
	if (isVolumeOfService(backup.resource))
		throw new UserError(
			`Backup ${id} is of volume ${backup.resource}, which belongs to a service: it makes no resource.`,
			{
				hint: command('resource backup restore', '--resource', backup.resource, '--backup', id),
			},
		);
	const {definition} = backup.manifest;
	assertFree(work, name);
	if (!definition.operations.restore)
		throw new UserError(`Backup ${id} cannot restore a resource without a restore operation.`);
	assertVariables(state.current(), backup.resource, definition);
	await checkRestorable(work, backup, definition);
	await prepareNetwork(work, definition.readiness !== undefined);

	const resource = resourceNamed(name, definition, state.current());
	const volumes = volumesOf(state.current(), resource);
	const extended = withResource(work, resource, volumes);
	const copied = await copyVariables(state.current(), secrets, backup.resource, name);
	await state.update(() => patchBackup(copied, id, {restoringAs: name}));
	const restore = {backup: id, preRestoreBackup: null};
	try {
		for (const volume of volumes) await createVolume(extended.context, volume);
		await replaceResource(extended.context, resource, {status: 'restore-incomplete', restore});
	} catch (error) {
		for (const {address} of volumes) await removeVolume(context, address);
		await state.update(current => withoutCopy(current, backup, name));
		throw error;
	}
	await state.update(current => patchBackup(current, id, {restoringAs: undefined}));
	failpoint('restore.after-mark');
	try {
		const operation = restoreOperation(resource);
		// Now its variables have revisions.
		const running = {...resource, spec: state.current().resources[name]!.spec};
		await restoreInto(extended, {work: 'restore', resource: running, backup, operation});
	} catch (error) {
		auditRestore(work, name, id, 'failed');
		const reason = secrets.mask(messageOf(error));
		throw new UserError(
			`Resource ${name} was created, but restore failed: ${reason}. Delete the resource before retrying.`,
			{
				hint: command('resource delete', '--resource', name, '--delete-data'),
				exitCode: error instanceof UserError ? error.exitCode : undefined,
				cause: error,
			},
		);
	}
	await state.update(current => markRestored(current, name));
	auditRestore(work, name, id, 'succeeded');
	return {resource: name, restoredBackup: backup, preRestoreBackup: null};
}
