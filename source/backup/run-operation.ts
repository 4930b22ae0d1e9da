import type {EnvironmentContext} from '../apply/context.ts';
import {ensureImage} from '../apply/images.ts';
import type {CommandOperation} from '../descriptor/project.ts';
import {eachLine} from '../engine/each-line.ts';
import {untilAnswered} from '../engine/until-answered.ts';
import {CancelledError, EngineError, messageOf, UserError} from '../errors.ts';
import {failpoint} from '../failpoints.ts';
import {operationAddress} from '../model/address.ts';
import {labelsOf} from '../model/labels.ts';
import type {DesiredResource} from '../model/specs.ts';
import {newestNetworkName} from '../state/networks.ts';
import {openRunLog} from '../state/run-log.ts';
import type {WorkKind} from './events.ts';
import {backupFolder, fetchFiles, type OperationVolume, sendFiles} from './operation-volume.ts';
import {watchProgress} from './watch-progress.ts';
import type {Work} from './work.ts';

/** Capabilities of an operation container, the same as those of a resource. */
const capabilities = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'] as const;

/** Number of output lines in the error of a failed command. */
const reportedLines = 10;

export type OperationRun = {
	readonly kind: 'backup' | 'restore';
	/** What the user asked for, for events. */
	readonly work: WorkKind;
	readonly operation: CommandOperation;
	/** The resource that the command works on. */
	readonly resource: DesiredResource;
	/** The user's name for the resource, which differs for a temporary one. */
	readonly name: string;
	readonly backup: string;
	/** Label of the container, to find it after a crash. */
	readonly op: string;
	/** Folder on this machine for the files at /backup, which a restore only reads. */
	readonly artifact: string;
};

/** Image of the operation, else that of the resource. */
export const operationImage = ({operation, resource}: Pick<OperationRun, 'operation' | 'resource'>): string =>
	operation.image ?? resource.spec.image;

const containerName = ({kind, resource, backup}: OperationRun): string => `${resource.containerName}.${kind}.${backup}`;

function volumeOf({plan, state}: EnvironmentContext, run: OperationRun): OperationVolume {
	const {lineage, project, environment} = plan;
	const address = operationAddress(run.kind, run.name);
	const {serial} = state.current();
	return {name: containerName(run), labels: labelsOf({lineage, project, environment, address, op: run.op, serial})};
}

async function createContainer(
	{plan, engine, secrets, state}: EnvironmentContext,
	run: OperationRun,
	{name: volume, labels}: OperationVolume,
): Promise<string> {
	const {kind, operation, resource, name} = run;
	return engine.create({
		name: containerName(run),
		image: operationImage(run),
		labels,
		entrypoint: ['/bin/sh', '-lc'],
		command: [operation.command],
		env: {
			...(await secrets.resolveEnv(resource.spec.env, plan.desired)),
			...operation.env,
			COMPARTMENT_BACKUP_DIR: backupFolder,
			COMPARTMENT_RESOURCE_HOST: resource.spec.hostname,
			COMPARTMENT_RESOURCE_NAME: name,
			COMPARTMENT_PROJECT_NAME: plan.project,
			COMPARTMENT_ENVIRONMENT_NAME: plan.environment,
		},
		attachments: [{network: newestNetworkName(state.current())}],
		volumes: {[volume]: {path: backupFolder, isReadOnly: kind === 'restore', startsEmpty: true}},
		// The owner of the files in the volume.
		user: '0:0',
		restart: {policy: 'no'},
		capabilities,
	});
}

/** Collects the command's output until it exits. */
async function follow(work: Work, run: OperationRun, containerId: string): Promise<{exitCode: number; last: string[]}> {
	const {engine, secrets, directory, signal} = work.context;
	const {work: kind, name: resource, backup} = run;
	const log = openRunLog(directory, backup);
	const last: string[] = [];
	const lines = async () => {
		for await (const line of eachLine(engine.logs(containerId, {follow: true, signal}))) {
			const text = secrets.mask(line.text);
			log.write({at: line.at, work: kind, stream: line.stream, text});
			const {stream} = line;
			work.notify({type: 'work-output', at: Date.now(), work: kind, resource, backup, stream, text});
			last.push(text);
			if (last.length > reportedLines) last.shift();
		}
	};
	try {
		const [exitCode] = await Promise.all([engine.wait(containerId, signal), lines()]);
		return {exitCode, last};
	} finally {
		await log.close();
	}
}

/** Runs the command in its container until it ends. */
async function runCommand(work: Work, run: OperationRun, containerId: string): Promise<void> {
	const {engine} = work.context;
	await engine.start(containerId);
	const {exitCode, last} = await follow(work, run, containerId);
	if (exitCode === 0) return;
	const details = await engine.inspectContainer(containerId);
	const why = details?.isOutOfMemory ? `it ran out of memory (exit code ${exitCode})` : `it exited with ${exitCode}`;
	throw new UserError([`${run.kind} command failed: ${why}`, ...last].join('\n'));
}

/** A failure says nothing about the backup, and the next command tries again. */
async function tidyUp({context: {engine}, say}: Work, {name}: OperationVolume, containerId?: string): Promise<void> {
	try {
		if (containerId !== undefined) await untilAnswered(() => engine.remove(containerId));
		await untilAnswered(() => engine.removeVolume(name));
	} catch (error) {
		if (!(error instanceof EngineError)) throw error;
		say(`could not remove volume ${name}; the next command tries again: ${messageOf(error)}`);
	}
}

/**
 * Runs a backup or restore command in an operation container, with the files of the backup in a volume: so the engine may be on
 * another machine. Both are always removed (docs/rules.md, "Operation containers").
 * @throws UserError with the exit code and the last lines when it fails
 */
export async function runOperation(work: Work, run: OperationRun): Promise<void> {
	const {context} = work;
	const {engine, signal} = context;
	const {kind, artifact} = run;
	const image = operationImage(run);
	await ensureImage(context, run.resource.address, image);
	const volume = volumeOf(context, run);
	const {work: name, name: resource, backup} = run;
	const progress = watchProgress(work, {work: name, resource, backup}, kind === 'backup' ? 0 : null);
	const transfer = {context, artifact, onBytes: progress.set};
	let containerId: string | undefined;
	try {
		await engine.createVolume(volume.name, volume.labels);
		if (kind === 'restore') await sendFiles(transfer, volume, {name: containerName(run), image});
		containerId = await createContainer(context, run, volume);
		progress.follow(kind === 'backup' ? containerId : undefined);
		await runCommand(work, run, containerId);
		progress.follow(undefined);
		if (kind !== 'backup') return;
		failpoint('backup.before-transfer');
		await fetchFiles(transfer, containerId);
	} catch (error) {
		if (signal.aborted) throw new CancelledError('it was cancelled');
		throw error;
	} finally {
		progress.end();
		await tidyUp(work, volume, containerId);
	}
}
