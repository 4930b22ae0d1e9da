import type {EnvironmentContext} from '../apply/context.ts';
import type {Labels} from '../engine/engine.ts';
import {CancelledError, messageOf, UserError} from '../errors.ts';
import {fileError} from '../state/private-file.ts';
import {packFolder} from './pack-folder.ts';
import {unpackFolder} from './unpack-folder.ts';

/** Where an operation container has the files of a backup. */
export const backupFolder = '/backup';

/** A volume with the files of one backup, for as long as a command works on them. It has our labels, so that recovery finds it. */
export type OperationVolume = {readonly name: string; readonly labels: Labels};

type Transfer = {
	readonly context: Pick<EnvironmentContext, 'engine' | 'signal'>;
	/** The folder on this machine. */
	readonly artifact: string;
	readonly onBytes: (bytes: number) => void;
};

async function* counted(content: AsyncIterable<Uint8Array>, {onBytes}: Transfer): AsyncGenerator<Uint8Array> {
	let bytes = 0;
	for await (const chunk of content) {
		bytes += chunk.length;
		onBytes(bytes);
		yield chunk;
	}
}

/** The failure of a transfer: a cancel, the engine's own, one of this machine's disk, or a broken archive. */
function failureOf(task: 'read' | 'write', {context: {signal}, artifact}: Transfer, error: unknown): unknown {
	if (signal.aborted) return new CancelledError('it was cancelled');
	if (error instanceof UserError) return error;
	if ((error as NodeJS.ErrnoException).syscall !== undefined) return fileError(task, artifact, error);
	const what = task === 'write' ? 'what the engine sent' : `what was read from ${artifact}`;
	return new UserError(`${what} is not a complete archive: ${messageOf(error)}`, {cause: error});
}

/** Brings what a command wrote to this machine, piece by piece, into an empty folder. */
export async function fetchFiles(transfer: Transfer, containerId: string): Promise<void> {
	const {context, artifact} = transfer;
	try {
		const archive = context.engine.readArchive(containerId, backupFolder, context.signal);
		await unpackFolder(counted(archive, transfer), artifact);
	} catch (error) {
		throw failureOf('write', transfer, error);
	}
}

/**
 * Fills the volume with a backup's files, piece by piece. Only a container that can write to a volume can be given files, and
 * the one that restores cannot: so this takes another one, which is never started.
 */
export async function sendFiles(
	transfer: Transfer,
	{name, labels}: OperationVolume,
	container: {readonly name: string; readonly image: string},
): Promise<void> {
	const {engine, signal} = transfer.context;
	const id = await engine.create({
		...container,
		labels,
		entrypoint: ['/bin/true'],
		env: {},
		attachments: [],
		volumes: {[name]: {path: backupFolder, startsEmpty: true}},
		restart: {policy: 'no'},
		capabilities: [],
	});
	try {
		await engine.writeArchive(id, backupFolder, counted(packFolder(transfer.artifact), transfer), signal);
	} catch (error) {
		throw failureOf('read', transfer, error);
	} finally {
		await engine.remove(id);
	}
}
