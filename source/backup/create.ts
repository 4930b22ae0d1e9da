import type {BackupOperation} from '../descriptor/project.ts';
import {messageOf, UserError} from '../errors.ts';
import {failpoint} from '../failpoints.ts';
import {command} from '../hint.ts';
import {runsNow} from '../model/container-state.ts';
import {newId} from '../model/ids.ts';
import type {DesiredResource} from '../model/specs.ts';
import {appendAudit} from '../state/audit.ts';
import type {Backup, BackupManifest, BackupPurpose} from '../state/backup.ts';
import {newOpId} from '../state/journal.ts';
import {artifactPath, makeArtifact, removeArtifact, type Sealed, sealArtifact, writeManifest} from './artifact.ts';
import {definitionOf, findResource, knownResource, operationHash, runtimeHash} from './definition.ts';
import {patchBackup, withBackup} from './records.ts';
import {operationImage, runOperation} from './run-operation.ts';
import type {Work} from './work.ts';

/** A resource of the state, as it runs. */
export const resourceOf = ({context}: Work, name: string): DesiredResource =>
	knownResource(context.project, findResource(context.state.current(), name));

/** @throws UserError when the resource's container does not run */
export async function assertRunning({context}: Work, name: string): Promise<void> {
	const {containerId} = findResource(context.state.current(), name);
	if (runsNow(await context.engine.inspectContainer(containerId))) return;
	throw new UserError(`Resource ${name} is not running.`, {hint: command('resource start', '--resource', name)});
}

/** The backup operation. Throws a UserError when the resource has none. */
export function backupOperation({name, operations}: DesiredResource): BackupOperation {
	if (operations.backup) return operations.backup;
	throw new UserError(`Resource ${name} does not define a backup command.`, {
		hint: `Add resources.${name}.operations.backup.command to compartment.yml`,
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
	const definition = definitionOf(resource);
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
		operationImage: operationImage({operation: backupOperation(resource), resource}),
		resourceRuntimeDefinitionHash: runtimeHash(definition),
		operationConfigHash: operationHash(definition),
		volumes: Object.keys(resource.spec.volumes),
		definition,
	};
}

async function write(work: Work, resource: DesiredResource, backup: Backup): Promise<BackupManifest> {
	const artifact = makeArtifact(work.root, backup.id);
	const {id, op} = backup;
	const run = {kind: 'backup', work: 'backup', resource, name: resource.name, backup: id, op, artifact} as const;
	await runOperation(work, {...run, operation: backupOperation(resource)});
	failpoint('backup.after-command');
	const sealed = await sealArtifact(artifact);
	failpoint('backup.after-seal');
	const manifest = manifestOf(work, resource, backup, sealed);
	writeManifest(work.root, manifest);
	failpoint('backup.after-manifest');
	return manifest;
}

/** Backs up a running resource (docs/rules.md, "What counts as a backup"). */
export async function createBackup(work: Work, name: string, purpose: BackupPurpose): Promise<Backup> {
	const {context, notify} = work;
	const resource = resourceOf(work, name);
	backupOperation(resource);
	await assertRunning(work, name);
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
		throw new UserError(`Backup ${id} of resource ${name} failed: ${failureSummary}`, {
			hint: error.hint,
			exitCode: error.exitCode,
			cause: error,
		});
	}
}
