import {randomBytes} from 'node:crypto';
import {closeSync, fsyncSync, rmSync, unlinkSync} from 'node:fs';
import {join} from 'node:path';
import {reserveName} from './biggest-file.ts';
import {createPrivateFile, isFull, statsOf, writeFully} from './private-file.ts';

/** Bytes kept for the last records of a run: some hundred lines of a journal, and a state. */
const reserveBytes = 1024 * 1024;

const reservePath = (directory: string): string => join(directory, reserveName);

/** The folders whose reserve this process has released since it last made it. */
const released = new Set<string>();

/**
 * Makes the reserve of an environment when it is missing: a file that is removed when the disk is full, so that a run can
 * record what it did. Without room for it the run goes on without.
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
			// Random, because a file system may store zeros in no space at all.
			writeFully(descriptor, randomBytes(reserveBytes));
			fsyncSync(descriptor);
		} catch (error) {
			unlinkSync(path);
			throw error;
		} finally {
			closeSync(descriptor);
		}
	} catch {
		// What must be written says why it cannot be.
	}
}

/** Whether the disk was so full that the reserve went: what may be left out is not written any more. */
export const isReserveReleased = (directory: string): boolean => released.has(directory);

function release(directory: string): boolean {
	if (!statsOf(reservePath(directory))) return false;
	rmSync(reservePath(directory), {force: true});
	released.add(directory);
	return true;
}

/** Writes a record of what was done: on a full disk the reserve makes room, and it is written again. */
export function withReserve<Result>(directory: string, write: () => Result): Result {
	try {
		return write();
	} catch (error) {
		if (!isFull(error) || !release(directory)) throw error;
		return write();
	}
}

/**
 * Writes what comes before something is done. On a full disk it fails, and so it does once the reserve was released: the
 * room is for records of what was begun before.
 */
export function beforeReserve<Result>(directory: string, write: () => Result): Result {
	if (released.has(directory)) throw Object.assign(new Error('the disk is full'), {code: 'ENOSPC'});
	return write();
}
