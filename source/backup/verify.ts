import {ensureImage} from '../apply/images.ts';
import {settle, startContainer} from '../apply/steps/resource-container.ts';
import {type CommandOperation, isArchive} from '../descriptor/project.ts';
import {observeOwn} from '../engine/own-engine.ts';
import {EngineError, isOutcomeUnknown, messageOf, UserError} from '../errors.ts';
import {operationAddress} from '../model/address.ts';
import {backedUpAddress} from '../model/backed-up.ts';
import {labels, labelsOf} from '../model/labels.ts';
import {dnsLabel, resourceContainerName} from '../model/names.ts';
import type {DesiredResource, DesiredVolume} from '../model/specs.ts';
import type {EnvValue} from '../model/values.ts';
import {volumesOf} from '../model/volumes.ts';
import {appendAudit} from '../state/audit.ts';
import type {Backup, BackupManifest, ResourceDefinition, Verification} from '../state/backup.ts';
import {newOpId} from '../state/journal.ts';
import type {State} from '../state/state.ts';
import {findVariable, generateToken} from '../state/variables.ts';
import {assertVariables} from './copy-variables.ts';
import {findBackup, patchBackup} from './records.ts';
import {checkBackup, restoreOperation} from './restore.ts';
import {runOperation} from './run-operation.ts';
import {DamagedBackup} from './store/store.ts';
import {prepareNetwork, type Work, withResource} from './work.ts';

// A removed value is generated again: it protects only the temporary resource.
function knownValue(state: State, definition: ResourceDefinition, value: EnvValue): EnvValue {
	if (value.type !== 'secret' || findVariable(state, value.scope, value.key)) return value;
	const generated = definition.generatedVariables[value.key];
	return generated ? {type: 'plain', value: generateToken(generated)} : value;
}

/** The resource of a backup under a unique name. */
function temporaryOf(state: State, {id, resource}: Backup, definition: ResourceDefinition): DesiredResource {
	const env = Object.entries(definition.spec.env).map(([key, value]) => [key, knownValue(state, definition, value)]);
	const name = `${resource}.verify.${id}`;
	return {
		...definition,
		name,
		address: operationAddress('verify', resource),
		containerName: resourceContainerName(state.project, state.environment, name),
		restart: 'no',
		spec: {...definition.spec, env: Object.fromEntries(env), hostname: `${dnsLabel(id)}.verify.internal`},
	};
}

/** Removes what a verification made. The next command retries a failure, which says nothing about the backup. */
async function removeMade({context: {engine, state}, say}: Work, op: string): Promise<void> {
	try {
		// By this label alone, which containers and volumes share.
		const made = await observeOwn(engine, state.current(), {[labels.op]: op});
		for (const {id} of made.containers) await engine.remove(id);
		for (const {name} of made.volumes) await engine.removeVolume(name);
	} catch (error) {
		if (!(error instanceof EngineError)) throw error;
		say(`could not clean up after the verification; the next command tries again: ${messageOf(error)}`);
	}
}

type Aside = {
	readonly resource: DesiredResource;
	readonly operation: CommandOperation;
	readonly volumes: readonly DesiredVolume[];
};

/** Restores into the temporary container, and always removes it. */
async function restoreAside(work: Work, backup: Backup, {resource, operation, volumes}: Aside): Promise<void> {
	const {context} = work;
	const {engine, plan} = context;
	const {lineage, project, environment} = plan;
	const op = newOpId();
	const own = labelsOf({lineage, project, environment, address: resource.address, op});
	try {
		const image = await ensureImage(context, resource.address, resource.spec.image);
		for (const {name} of volumes) await engine.createVolume(name, own);
		const containerId = await startContainer(context, resource, {spec: resource.spec, image, op});
		await settle(context, resource, containerId);
		await runOperation(work, {
			kind: 'restore',
			work: 'verify',
			operation,
			resource,
			name: backup.resource,
			backup: backup.id,
			op,
			artifact: backup.artifactLocation!,
		});
		await settle(context, resource, containerId);
	} finally {
		await removeMade(work, op);
	}
}

type Manifested = Backup & {readonly manifest: BackupManifest};

/** Restores an archive into temporary volumes, without a container that uses them. */
async function tryFiles(work: Work, {id, resource, manifest, artifactLocation}: Manifested): Promise<void> {
	const {tryVolumes} = await import('./archive/archive-volumes.ts');
	const {project, environment} = work.context.plan;
	const containerName = resourceContainerName(project, environment, resource);
	const subject = {name: resource, address: backedUpAddress(resource), containerName};
	await tryVolumes(work, {subject, backup: id}, Object.keys(manifest.definition.spec.volumes), artifactLocation!);
}

/** Restores files of a backup into a temporary container. */
async function tryRestore(work: Work, backup: Manifested): Promise<void> {
	const {state} = work.context;
	const {definition} = backup.manifest;
	await checkBackup(backup);
	const operation = restoreOperation({...definition, name: backup.resource});
	if (isArchive(operation)) return tryFiles(work, backup);
	await prepareNetwork(work, definition.readiness !== undefined);
	const resource = temporaryOf(state.current(), backup, definition);
	const volumes = volumesOf(state.current(), resource);
	await restoreAside(withResource(work, resource, volumes), backup, {resource, operation, volumes});
}

/**
 * Verifies that a backup can be restored: checks its files and restores them into a temporary container, made from the
 * definition in the backup. Records the result with the backup.
 * @param store fetches the files from there; default: those on this machine
 * @throws UserError when the backup is not a finished one; a failed verification is a result
 */
export async function verifyBackup(
	work: Work,
	id: string,
	store?: string,
): Promise<Backup & {readonly verification: Verification}> {
	const {context, notify} = work;
	const {state} = context;
	if (store !== undefined && !state.current().backups.some(backup => backup.id === id))
		throw await (await import('./store/made-elsewhere.ts')).madeElsewhere(work, id, store);
	const backup = findBackup(state.current(), id);
	const {manifest} = backup;
	const isThere = backup.status === 'succeeded' || (backup.status === 'deleted' && store !== undefined);
	if (!isThere || !manifest)
		throw new UserError(`Backup ${id} cannot be verified.`, {hint: `Its status is ${backup.status}.`});
	const {definition} = manifest;
	// Only a command needs the variables.
	if (!isArchive(restoreOperation({...definition, name: backup.resource})))
		assertVariables(state.current(), backup.resource, definition);

	const startedAt = Date.now();
	const common = {work: 'verify', resource: backup.resource, backup: id} as const;
	notify({...common, type: 'work-started', at: startedAt});
	let failureSummary: string | null = null;
	const note = (error: unknown): void => {
		// Without an answer of the engine, nothing is known of the backup.
		if (context.signal.aborted || !(error instanceof UserError) || isOutcomeUnknown(error)) throw error;
		failureSummary = context.secrets.mask(messageOf(error));
	};
	const attempt = (path: string | null) => tryRestore(work, {...backup, manifest, artifactLocation: path}).catch(note);
	if (store === undefined) await attempt(backup.artifactLocation);
	else {
		const {withFetched} = await import('./store/fetch-backup.ts');
		// That a store cannot be reached says nothing about the backup.
		await withFetched(work, store, id, attempt).catch((error: unknown) => {
			if (!(error instanceof DamagedBackup)) throw error;
			note(error);
		});
	}
	const at = Date.now();
	const status = failureSummary === null ? 'succeeded' : 'failed';
	const durationMs = at - startedAt;
	const from = store === undefined ? {} : {store};
	const verification: Verification = {status, at: new Date(at).toISOString(), durationMs, failureSummary, ...from};
	await state.update(current => patchBackup(current, id, {verification}));
	notify({...common, type: 'work-finished', at, status, bytes: null, elapsedMs: durationMs});
	const target = backedUpAddress(backup.resource);
	const warning = appendAudit(context.directory, {
		type: 'resource.backup.verified',
		status,
		target,
		details: {backup: id},
	});
	if (warning) work.say(warning);
	return {...backup, verification};
}
