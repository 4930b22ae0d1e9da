import {setTimeout as pause} from 'node:timers/promises';
import {steadyNow} from '../clock.ts';
import {CancelledError} from '../errors.ts';
import {agentMs, agentOperation, type LockOptions, type LockRecord, lockedBy, pollMs} from '../state/lock.ts';
import type {Store, Taken} from './store.ts';

export type EngineLockOptions = LockOptions & {
	/** Tells the user that the router is started. */
	readonly say?: ((message: string) => void) | undefined;
};

/** How long a new holder may take to write its record there, in milliseconds: the engine may be busy, and starts processes for it. */
const recordThereMs = 5000;

/** How long to wait for a holder at least, in milliseconds, as for a lock of this machine. */
function leastWaitFor(owner: LockRecord | undefined, operation: string): number {
	if (operation === agentOperation) return 0;
	if (owner?.operation === agentOperation) return agentMs;
	return owner ? 0 : recordThereMs;
}

/**
 * Takes the lock, or waits for its holder as long as the options say.
 * @throws LockedError that names the holder
 */
export async function waitForLock(
	store: Pick<Store, 'take'>,
	{operation, waitMs = 0, onWait, signal}: EngineLockOptions,
): Promise<Taken> {
	const begin = steadyNow();
	let hasSaid = false;
	for (let tries = 0; ; tries++) {
		if (signal?.aborted) throw new CancelledError();
		const answer = await store.take();
		if (!('owner' in answer)) return answer;
		const refusal = lockedBy(answer.owner, waitMs > 0);
		const deadline = begin + Math.max(waitMs, leastWaitFor(answer.owner, operation));
		if (steadyNow() >= deadline) throw refusal;
		if (!hasSaid && (answer.owner || steadyNow() - begin >= recordThereMs)) {
			hasSaid = true;
			onWait?.(refusal.message);
		}
		// Many may wait, and each try starts processes there.
		const ms = Math.min(pollMs * (1 + Math.min(tries, 4)), deadline - steadyNow());
		await pause(ms, undefined, {signal}).catch(() => {
			throw new CancelledError();
		});
	}
}
