import type {EnvironmentContext} from '../apply/context.ts';
import {ensureImage} from '../apply/images.ts';
import type {BackupOperation, RestoreOperation} from '../descriptor/project.ts';
import {eachLine} from '../engine/each-line.ts';
import {CancelledError, UserError} from '../errors.ts';
import {operationAddress} from '../model/address.ts';
import {labelsOf} from '../model/labels.ts';
import type {DesiredResource} from '../model/specs.ts';
import {newestNetworkName} from '../state/networks.ts';
import {openRunLog} from '../state/run-log.ts';
import {measureArtifact} from './artifact.ts';
import type {WorkKind} from './events.ts';
import type {Work} from './work.ts';

/** Capabilities of an operation container, the same as those of a resource. */
const capabilities = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'] as const;

const progressMs = 500;

/** Number of output lines in the error of a failed command. */
const reportedLines = 10;

export type OperationRun = {
	readonly kind: 'backup' | 'restore';
	/** What the user asked for, for events. */
	readonly work: WorkKind;
	readonly operation: BackupOperation | RestoreOperation;
	/** The resource that the command works on. */
	readonly resource: DesiredResource;
	/** The user's name for the resource, which differs for a temporary one. */
	readonly name: string;
	readonly backup: string;
	/** Label of the container, to find it after a crash. */
	readonly op: string;
	/** Folder mounted at /backup; read-only for a restore. */
	readonly artifact: string;
};

/** Image of the operation, else that of the resource. */
export const operationImage = ({operation, resource}: Pick<OperationRun, 'operation' | 'resource'>): string =>
	operation.image ?? resource.spec.image;

// The files belong to the user who runs Compartment, and no other user can read them.
const ownUser = (): string | undefined =>
	process.getuid && process.getgid ? `${process.getuid()}:${process.getgid()}` : undefined;

async function createContainer({plan, engine, secrets, state}: EnvironmentContext, run: OperationRun): Promise<string> {
	const {kind, operation, resource, name, backup, op, artifact} = run;
	const {project, environment, lineage} = plan;
	const {serial} = state.current();
	const address = operationAddress(kind, name);
	return engine.create({
		name: `${resource.containerName}.${kind}.${backup}`,
		image: operationImage(run),
		labels: labelsOf({lineage, project, environment, address, op, serial}),
		entrypoint: ['/bin/sh', '-lc'],
		command: [operation.command],
		env: {
			...(await secrets.resolveEnv(resource.spec.env, plan.desired)),
			...operation.env,
			COMPARTMENT_BACKUP_DIR: '/backup',
			COMPARTMENT_RESOURCE_HOST: resource.spec.hostname,
			COMPARTMENT_RESOURCE_NAME: name,
			COMPARTMENT_PROJECT_NAME: project,
			COMPARTMENT_ENVIRONMENT_NAME: environment,
		},
		attachments: [{network: newestNetworkName(state.current())}],
		binds: {[artifact]: {path: '/backup', isReadOnly: kind === 'restore'}},
		user: ownUser(),
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

function startTicking({notify}: Work, {work, kind, name, backup, artifact}: OperationRun): () => void {
	const startedAt = Date.now();
	const common = {work, resource: name, backup};
	const timer = setInterval(() => {
		const bytes = kind === 'backup' ? measureArtifact(artifact) : null;
		notify({type: 'work-progress', at: Date.now(), ...common, bytes, elapsedMs: Date.now() - startedAt});
	}, progressMs);
	return () => clearInterval(timer);
}

/**
 * Runs a backup or restore command in an operation container, which is always removed
 * (docs/rules.md, "Operation containers").
 * @throws UserError with the exit code and the last lines when it fails
 */
export async function runOperation(work: Work, run: OperationRun): Promise<void> {
	const {engine, signal} = work.context;
	await ensureImage(work.context, run.resource.address, operationImage(run));
	const containerId = await createContainer(work.context, run);
	const stopTicking = startTicking(work, run);
	try {
		await engine.start(containerId);
		const {exitCode, last} = await follow(work, run, containerId);
		if (exitCode === 0) return;
		const details = await engine.inspectContainer(containerId);
		const why = details?.isOutOfMemory ? `it ran out of memory (exit code ${exitCode})` : `it exited with ${exitCode}`;
		throw new UserError([`${run.kind} command failed: ${why}`, ...last].join('\n'));
	} catch (error) {
		if (signal.aborted) throw new CancelledError('it was cancelled');
		throw error;
	} finally {
		stopTicking();
		await engine.remove(containerId);
	}
}
