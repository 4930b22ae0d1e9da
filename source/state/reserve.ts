import {randomBytes} from 'node:crypto';
import {closeSync, fsyncSync, rmSync, unlinkSync} from 'node:fs';
import {join} from 'node:path';
import {reserveName} from './biggest-file.ts';
import {createPrivateFile, isFull, statsOf, writeFully} from './private-file.ts';

/** Bytes reserved for the last records of a run: a state and some hundred journal lines. */
const reserveBytes = 1024 * 1024;

const reservePath = (directory: string): string => join(directory, reserveName);

/** Folders whose reserve this process has released. */
const released = new Set<string>();

/**
 * Creates the reserve of an environment if it is missing: a file that is deleted when the disk is full, so that a run can
 * still record what it did. If the disk has no room for it, the run goes on without.
 * @param directory the state folder, whose lock the caller holds
 */
export function keepReserve(directory: string): void {
	released.delete(directory);
	const path = reservePath(directory);
	try {
		if (statsOf(path)?.size === reserveBytes) return;
		rmSync(path, {force: true});
		const descriptor = createPrivateFile(path);
		try {
			// Random, because a file system may store zeros without using any space.
			writeFully(descriptor, randomBytes(reserveBytes));
			fsyncSync(descriptor);
		} catch (error) {
			unlinkSync(path);
			throw error;
		} finally {
			closeSync(descriptor);
		}
	} catch {
		// If the disk is full, the writes that matter report it.
	}
}

/** Whether the reserve was released because the disk is full. Then optional files, such as logs, are not written. */
export const isReserveReleased = (directory: string): boolean => released.has(directory);

function release(directory: string): boolean {
	if (!statsOf(reservePath(directory))) return false;
	rmSync(reservePath(directory), {force: true});
	released.add(directory);
	return true;
}

/** Writes a record of what was done. On a full disk, releases the reserve and tries again. */
export function withReserve<Result>(directory: string, write: () => Result): Result {
	try {
		return write();
	} catch (error) {
		if (!isFull(error) || !release(directory)) throw error;
		return write();
	}
}

/**
 * Writes what must be recorded before something is done. Fails on a full disk, and once the reserve is released, which has
 * room only for records of what has begun.
 */
export function beforeReserve<Result>(directory: string, write: () => Result): Result {
	if (released.has(directory)) throw Object.assign(new Error('the disk is full'), {code: 'ENOSPC'});
	return write();
}
