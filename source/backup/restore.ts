import {describeFailure} from '../apply/containers.ts';
import {awaitResource} from '../apply/readiness.ts';
import {StepError} from '../apply/step-error.ts';
import {isArchive, type RestoreOperation} from '../descriptor/project.ts';
import {messageOf, UserError} from '../errors.ts';
import {failpoint} from '../failpoints.ts';
import {command, type Hint, hint, joinHints} from '../hint.ts';
import {backedUpAddress, backedUpTitle, isVolumeOfService} from '../model/backed-up.ts';
import type {DesiredResource} from '../model/specs.ts';
import {compareAttributes, reasonsOf, resourceAttributes} from '../plan/attributes.ts';
import {restoreHints} from '../plan/unfinished-restore.ts';
import {appendAudit} from '../state/audit.ts';
import type {Backup, BackupManifest, ResourceDefinition} from '../state/backup.ts';
import {newOpId} from '../state/journal.ts';
import {newestNetworkName} from '../state/networks.ts';
import type {State, UnfinishedRestore} from '../state/state.ts';
import {checkArtifact} from './artifact.ts';
import {assertRunning, backupOperation, createBackup, resourceOf} from './create.ts';
import {operationHash, runtimeHash, withoutRevisions} from './definition.ts';
import type {WorkKind} from './events.ts';
import {findBackup} from './records.ts';
import {runOperation} from './run-operation.ts';
import {markRestored, markUnfinished, unfinishedRestore} from './unfinished.ts';
import {prepareNetwork, type Work} from './work.ts';

export type Restored = {
	readonly resource: string;
	readonly restoredBackup: Backup;
	/** Null if none was made, because the previous restore did not finish. */
	readonly preRestoreBackup: Backup | null;
};

/** The restore operation. Throws a UserError when the resource has none. */
export function restoreOperation({name, operations}: Pick<DesiredResource, 'name' | 'operations'>): RestoreOperation {
	if (operations.restore) return operations.restore;
	throw new UserError(`Resource ${name} does not define a restore command.`, {
		hint: `Add resources.${name}.operations.restore.command to compartment.yml`,
	});
}

function differences(manifest: BackupManifest, resource: DesiredResource): string {
	const {changes} = compareAttributes(resourceAttributes(manifest.definition.spec), resourceAttributes(resource.spec));
	return changes.length > 0 ? reasonsOf(changes).join(', ') : 'its backup or restore command changed';
}

/**
 * Whether container and commands are as they were. Sensitive values are compared by their revisions, which mean nothing in
 * another lineage: there, the data gets the values of the environment that it is restored into.
 */
function isSameDefinition(manifest: BackupManifest, resource: DesiredResource, lineage: string): boolean {
	if (operationHash(resource) !== manifest.operationConfigHash) return false;
	if (manifest.lineage === undefined || manifest.lineage === lineage)
		return runtimeHash(resource) === manifest.resourceRuntimeDefinitionHash;
	return runtimeHash(withoutRevisions(resource)) === runtimeHash(withoutRevisions(manifest.definition));
}

/** Where the backup of something else can be restored. */
const otherSubject = ({id, resource}: Backup): Hint =>
	isVolumeOfService(resource)
		? hint`It is a backup of volume ${resource}: ${command('resource backup restore', '--resource', resource, '--backup', id)}`
		: hint`It is a backup of resource ${resource}. To restore it into a new resource: ${command('resource backup restore', '--backup', id, '--as', 'NAME')}`;

/** A backup that may replace the data of a resource (docs/rules.md, "Restore in place"). */
export function restorableBackup(
	state: State,
	id: string,
	resource: DesiredResource,
): Backup & {manifest: BackupManifest} {
	const backup = findBackup(state, id);
	const {name} = resource;
	if (backup.resource !== name || backup.status !== 'succeeded')
		throw new UserError(`Backup ${id} cannot be restored to ${backedUpTitle(name)}.`, {
			hint:
				backup.status === 'succeeded'
					? otherSubject(backup)
					: hint`Its status is ${backup.status}. To list all: ${command('resource backup list', '--resource', name)}`,
		});
	const {manifest} = backup;
	if (!manifest) throw new UserError(`Backup ${id} does not have a manifest.`);
	if (!isSameDefinition(manifest, resource, state.lineage))
		throw new UserError(`Backup ${id} is not compatible with ${backedUpTitle(name)}.`, {
			hint: hint`Changed since the backup: ${differences(manifest, resource)}. To restore it into a new resource: ${command('resource backup restore', '--backup', id, '--as', 'NAME')}`,
		});
	return {...backup, manifest};
}

/** Verifies that a backup's files have not changed, and that an archive can be restored, before anything is changed. */
export async function checkRestorable(
	work: Work,
	backup: Backup,
	{spec, operations}: ResourceDefinition,
): Promise<void> {
	await checkBackup(backup);
	if (!operations.restore || !isArchive(operations.restore)) return;
	const {checkVolumes} = await loadArchives();
	await checkVolumes(work, Object.keys(spec.volumes), backup.artifactLocation!);
}

/** Verifies that a backup's files have not changed. */
export const checkBackup = ({id, artifactLocation, checksum, size}: Backup): Promise<void> =>
	checkArtifact(id, artifactLocation!, {checksum: checksum!, size: size!});

/** Waits until a resource is ready after a restore. */
async function awaitRestored(work: Work, resource: DesiredResource): Promise<void> {
	const {context} = work;
	const {name, address, readiness} = resource;
	const current = context.state.current();
	const {containerId} = current.resources[name]!;
	const target = {address, containerId, network: newestNetworkName(current)};
	const outcome = await awaitResource(context, name, target, readiness);
	if (outcome.isReady) return;
	const message = readiness
		? `Resource ${name} did not become ready after restore before ${readiness.timeoutMs}ms.`
		: outcome.message;
	throw new StepError(await describeFailure(context, containerId, message, outcome.lastProbe));
}

type Restore = {
	readonly work: WorkKind;
	readonly resource: DesiredResource;
	readonly backup: Backup;
	readonly operation: RestoreOperation;
};

/** Most backups are none. */
const loadArchives = async () => ({
	...(await import('./archive/archive-volumes.ts')),
	...(await import('./archive/volume-container.ts')),
	...(await import('./archive/owner.ts')),
});

/** Replaces the files of volumes. What uses them is stopped meanwhile. */
async function restoreFiles(work: Work, {resource, backup}: Restore): Promise<void> {
	const archive = await loadArchives();
	const {id, artifactLocation} = backup;
	const volumes = await archive.existingVolumes(work, resource);
	const operation = {kind: 'restore', subject: resource, backup: id, op: newOpId()} as const;
	await archive.stoppedUntilDone(work, resource, () =>
		archive.restoreVolumes(work, operation, volumes, artifactLocation!),
	);
}

/** Restores the data of a resource and waits until it is ready. The caller has marked the resource. */
export async function restoreInto(work: Work, restore: Restore): Promise<void> {
	const {work: kind, resource, backup, operation} = restore;
	const {id, artifactLocation} = backup;
	const common = {work: kind, resource: resource.name, backup: id} as const;
	const startedAt = Date.now();
	const finish = (status: 'succeeded' | 'failed') => {
		const at = Date.now();
		work.notify({...common, type: 'work-finished', at, status, bytes: null, elapsedMs: at - startedAt});
	};
	work.notify({...common, type: 'work-started', at: startedAt});
	try {
		if (isArchive(operation)) await restoreFiles(work, restore);
		else
			await runOperation(work, {
				kind: 'restore',
				work: kind,
				operation,
				resource,
				name: resource.name,
				backup: id,
				op: newOpId(),
				artifact: artifactLocation!,
			});
		failpoint('restore.after-command');
		// A service has become ready when it was started again.
		if (!isVolumeOfService(resource.name)) await awaitRestored(work, resource);
		failpoint('restore.after-ready');
		finish('succeeded');
	} catch (error) {
		finish('failed');
		throw error;
	}
}

/** Records a restore in the audit file. */
export function auditRestore(work: Work, name: string, backup: string, status: 'succeeded' | 'failed'): void {
	const entry = {type: 'resource.backup.restored', status, target: backedUpAddress(name), details: {backup}} as const;
	const warning = appendAudit(work.context.directory, entry);
	if (warning) work.say(warning);
}

/**
 * Replaces a resource's data with one of its backups, after a backup of the current data. A restore that does not
 * finish leaves the resource marked (docs/rules.md, "Restore in place").
 */
export async function restoreInPlace(work: Work, name: string, id: string): Promise<Restored> {
	const {context} = work;
	const {state} = context;
	const resource = resourceOf(work, name);
	const backup = restorableBackup(state.current(), id, resource);
	const operation = restoreOperation(resource);
	backupOperation(resource);
	const archive = isArchive(operation) ? await loadArchives() : undefined;
	await (archive ? archive.assertStoppable(work, resource) : assertRunning(work, name));
	await checkRestorable(work, backup, backup.manifest.definition);
	await prepareNetwork(work, archive ? archive.isProbed(work, resource) : resource.readiness !== undefined);
	// Half-restored data is not worth a backup, and may not allow one; the backup from before that restore is kept.
	const previous = unfinishedRestore(state.current(), name);
	const preRestoreBackup = previous ? null : await createBackup(work, name, 'pre_restore');
	const unfinished: UnfinishedRestore = {
		backup: id,
		preRestoreBackup: preRestoreBackup?.id ?? previous?.preRestoreBackup ?? null,
	};
	await state.update(current => markUnfinished(current, name, unfinished));
	failpoint('restore.after-mark');
	try {
		await restoreInto(work, {work: 'restore', resource, backup, operation});
	} catch (error) {
		auditRestore(work, name, id, 'failed');
		const title = isVolumeOfService(name) ? 'Volume' : 'Resource';
		const message = `${title} ${name} is half restored from backup ${id}: ${context.secrets.mask(messageOf(error))}`;
		throw new UserError(message, {
			hint: joinHints(['Restore the backup again, or the data from before:', ...restoreHints(name, unfinished)], '\n'),
			exitCode: error instanceof UserError ? error.exitCode : undefined,
			cause: error,
		});
	}
	await state.update(current => markRestored(current, name));
	auditRestore(work, name, id, 'succeeded');
	return {resource: name, restoredBackup: backup, preRestoreBackup};
}
