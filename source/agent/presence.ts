import {mkdirSync, realpathSync} from 'node:fs';
import {LockedError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {holdKernelLock} from '../state/kernel-lock.ts';
import {privateDirectoryMode} from '../state/private-file.ts';
import type {Clock} from './clock.ts';
import {engineDirectory} from './files.ts';
import {readStatus} from './status.ts';

/** The place of the one agent of an engine. */
export type Presence = {
	/** Its private folder. */
	readonly directory: string;
	readonly release: () => Promise<void>;
};

/** `agent status` takes the lock for a moment, to see whether it is free. */
const patienceMs = 2000;
const pollMs = 100;

/**
 * Makes this process the agent of an engine. The kernel ends that with the process.
 * @throws LockedError that names the agent which runs already
 */
export async function takePresence(
	engineId: string,
	{clock, signal, env}: {readonly clock: Clock; readonly signal: AbortSignal; readonly env?: NodeJS.ProcessEnv},
): Promise<Presence> {
	const place = engineDirectory(engineId, env);
	mkdirSync(place, {recursive: true, mode: privateDirectoryMode});
	const directory = realpathSync(place);
	const deadline = clock.steady() + patienceMs;
	for (;;) {
		const lock = await holdKernelLock(directory);
		if (lock) return {directory, release: lock.release};
		if (signal.aborted || clock.steady() >= deadline) throw alreadyRunning(directory);
		await clock.sleep(pollMs, signal);
	}
}

function alreadyRunning(directory: string): LockedError {
	const status = readStatus(directory);
	const who = status
		? `: process ${status.owner.pid} of ${status.owner.user} on ${status.owner.host}, since ${new Date(status.since).toISOString()}`
		: '';
	return new LockedError(
		`an agent of this engine runs already${who}`,
		hint`See what it does: ${command('agent status')}`,
	);
}
