import {type BackupOperation, isArchive} from '../descriptor/project.ts';
import {messageOf, UserError} from '../errors.ts';
import {failpoint} from '../failpoints.ts';
import {command} from '../hint.ts';
import {backedUpTitle, isVolumeOfService} from '../model/backed-up.ts';
import {runsNow} from '../model/container-state.ts';
import {newId} from '../model/ids.ts';
import type {DesiredResource} from '../model/specs.ts';
import {imageOf} from '../router/options.ts';
import {appendAudit} from '../state/audit.ts';
import type {Backup, BackupManifest, BackupPurpose} from '../state/backup.ts';
import {newOpId} from '../state/journal.ts';
import {existingVolumes} from './archive/volume-container.ts';
import {artifactPath, makeArtifact, removeArtifact, type Sealed, sealArtifact, writeManifest} from './artifact.ts';
import {definitionOf, findResource, operationHash, runtimeHash} from './definition.ts';
import {patchBackup, withBackup} from './records.ts';
import {operationImage, runOperation} from './run-operation.ts';
import {findSubject} from './subject.ts';
import type {Work} from './work.ts';

/** A resource of the state, as it runs, or a volume of a service. */
export const resourceOf = ({context}: Work, name: string): DesiredResource =>
	findSubject(context.project, context.state.current(), name);

/** @throws UserError when the resource's container does not run */
export async function assertRunning({context}: Work, name: string): Promise<void> {
	const {containerId} = findResource(context.state.current(), name);
	if (runsNow(await context.engine.inspectContainer(containerId))) return;
	throw new UserError(`Resource ${name} is not running.`, {hint: command('resource start', '--resource', name)});
}

/** The backup operation. Throws a UserError when the resource has none. */
export function backupOperation({name, operations}: DesiredResource): BackupOperation {
	if (operations.backup) return operations.backup;
	const [service, ...handle] = name.split('.');
	if (isVolumeOfService(name))
		throw new UserError(`compartment.yml does not say that volume ${name} is backed up.`, {
			hint: `Add backup: {preset: archive} to services.${service}.volumes.${handle.join('.')}`,
		});
	throw new UserError(`Resource ${name} does not define a backup command.`, {
		hint: `Add resources.${name}.operations.backup to compartment.yml, with a command or with preset: archive`,
	});
}

function newBackup(work: Work, resource: DesiredResource, purpose: BackupPurpose): Backup {
	const now = work.now();
	const id = newId('rbak', now);
	return {
		id,
		resource: resource.name,
		purpose,
		status: 'running',
		createdAt: new Date(now).toISOString(),
		completedAt: null,
		artifactLocation: artifactPath(work.root, id),
		checksum: null,
		size: null,
		failureSummary: null,
		retentionDeletedAt: null,
		retentionReason: null,
		manifest: null,
		verification: null,
		op: newOpId(),
	};
}

function manifestOf({context, user}: Work, resource: DesiredResource, backup: Backup, sealed: Sealed): BackupManifest {
	const {project, environment, lineage} = context.plan;
	const {router} = context;
	const definition = definitionOf(resource);
	const operation = backupOperation(resource);
	const image = isArchive(operation) ? imageOf(router) : operationImage({operation, resource});
	return {
		backupId: backup.id,
		project,
		environment,
		resource: resource.name,
		lineage,
		status: 'succeeded',
		createdAt: backup.createdAt,
		createdBy: user,
		artifactLocation: backup.artifactLocation!,
		...sealed,
		failureSummary: null,
		resourceImage: resource.spec.image,
		operationImage: image,
		resourceRuntimeDefinitionHash: runtimeHash(definition),
		operationConfigHash: operationHash(definition),
		volumes: Object.keys(resource.spec.volumes),
		definition,
	};
}

/** Brings the data of a resource, or of a volume, into a folder on this machine. */
async function readData(work: Work, resource: DesiredResource, {id, op}: Backup, artifact: string): Promise<void> {
	const operation = backupOperation(resource);
	if (!isArchive(operation)) {
		const run = {kind: 'backup', work: 'backup', resource, name: resource.name, backup: id, op, artifact} as const;
		return runOperation(work, {...run, operation});
	}
	const {archiveVolumes} = await import('./archive/archive-volumes.ts');
	const volumes = await existingVolumes(work, resource);
	const read = () => archiveVolumes(work, {kind: 'backup', subject: resource, backup: id, op}, volumes, artifact);
	if (!operation.stop) return read();
	const {whileStopped} = await import('./archive/owner.ts');
	return whileStopped(work, resource, read);
}

async function write(work: Work, resource: DesiredResource, backup: Backup): Promise<BackupManifest> {
	const artifact = makeArtifact(work.root, backup.id);
	await readData(work, resource, backup, artifact);
	failpoint('backup.after-command');
	const sealed = await sealArtifact(artifact);
	failpoint('backup.after-seal');
	const manifest = manifestOf(work, resource, backup, sealed);
	writeManifest(work.root, manifest);
	failpoint('backup.after-manifest');
	return manifest;
}

/** Backs up a resource, or a volume of a service (docs/rules.md, "What counts as a backup"). */
export async function createBackup(work: Work, name: string, purpose: BackupPurpose): Promise<Backup> {
	const {context, notify} = work;
	const resource = resourceOf(work, name);
	// A command asks the resource; files can be read from one that is stopped.
	if (isArchive(backupOperation(resource))) await existingVolumes(work, resource);
	else await assertRunning(work, name);
	const backup = newBackup(work, resource, purpose);
	const {id} = backup;
	const startedAt = Date.now();
	const common = {work: 'backup', resource: name, backup: id} as const;
	const finish = async (status: 'succeeded' | 'failed', patch: Partial<Backup>): Promise<Backup> => {
		const completedAt = new Date().toISOString();
		const next = await context.state.update(state => patchBackup(state, id, {status, completedAt, ...patch}));
		const at = Date.now();
		notify({...common, type: 'work-finished', at, status, bytes: patch.size ?? null, elapsedMs: at - startedAt});
		const details = {backup: id, purpose, ...(patch.size ? {size: patch.size} : {})};
		const warning = appendAudit(context.directory, {
			type: 'resource.backup.created',
			status,
			target: resource.address,
			details,
		});
		if (warning) work.say(warning);
		return next.backups.find(candidate => candidate.id === id)!;
	};
	await context.state.update(state => withBackup(state, backup));
	failpoint('backup.after-record');
	notify({...common, type: 'work-started', at: startedAt});
	try {
		const manifest = await write(work, resource, backup);
		const done = await finish('succeeded', {checksum: manifest.checksum, size: manifest.size, manifest});
		failpoint('backup.after-success');
		return done;
	} catch (error) {
		const failureSummary = context.secrets.mask(messageOf(error));
		removeArtifact(work.root, id);
		await finish('failed', {artifactLocation: null, failureSummary});
		if (!(error instanceof UserError)) throw error;
		throw new UserError(`Backup ${id} of ${backedUpTitle(name)} failed: ${failureSummary}`, {
			hint: error.hint,
			exitCode: error.exitCode,
			cause: error,
		});
	}
}
