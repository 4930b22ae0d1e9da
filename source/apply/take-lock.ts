import type {StatePlace} from '../engine-state/router.ts';
import {acquireLock, type Lock, type LockOptions} from '../state/lock.ts';
import {readPlace} from '../state/place.ts';

export type TakeOptions = LockOptions &
	StatePlace & {
		/** Tells the user that the router is started, because it keeps the state. */
		readonly say?: ((message: string) => void) | undefined;
		/** Whether the caller calls `secure` before its first write. */
		readonly isSecuredLater?: boolean | undefined;
	};

/**
 * Takes the lock of an environment: that of its folder and, where its state is on the engine, the one there, which brings the
 * folder up to date.
 * @throws LockedError (exit code 3) that names the holder
 */
export async function takeLock(directory: string, {engine, router, ...options}: TakeOptions): Promise<Lock> {
	const begin = performance.now();
	const local = await acquireLock(directory, options);
	try {
		const record = readPlace(directory);
		if (record?.state !== 'engine') return local;
		const {lockLater, lockOnEngine} = await import('../engine-state/lock-on-engine.ts');
		const waitMs = Math.max(0, (options.waitMs ?? 0) - (performance.now() - begin));
		const place = {engine, router};
		const later = options.isSecuredLater
			? await lockLater(directory, place, record, {...options, waitMs, local})
			: undefined;
		return later ?? (await lockOnEngine(directory, place, record, {...options, waitMs, local}));
	} catch (error) {
		await local.release();
		throw error;
	}
}
