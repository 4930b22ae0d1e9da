import {randomBytes} from 'node:crypto';
import {realpathSync, unlinkSync} from 'node:fs';
import {hostname} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {replaceCacheFile} from '../cache-file.ts';
import {steadyNow} from '../clock.ts';
import {CancelledError, LockedError} from '../errors.ts';
import {again, command, hint} from '../hint.ts';
import {namesIn} from './directory.ts';
import {holdKernelLock} from './kernel-lock.ts';
import {codeOf, fileError, isTemporary, readPrivateFile} from './private-file.ts';
import {userName} from './user-name.ts';

/** Holder of the lock, for messages only: the kernel's lock decides. */
export type LockRecord = {
	readonly id: string;
	readonly user: string;
	readonly host: string;
	readonly pid: number;
	/** Command that holds it, `apply`. */
	readonly operation: string;
	readonly since: string;
};

/** A held lock. Releasing it twice is harmless. */
export type Lock = {
	readonly release: () => Promise<void>;
	/** Whether no other process has held the lock since `lastReleased` returned this value; false if unknown. */
	readonly isFirstSince: (released: number | undefined) => boolean;
	/** Takes what it has left until something is written; absent where it holds everything from the start. */
	readonly secure?: () => Promise<void>;
};

export type LockOptions = {
	readonly operation: string;
	/** How long to wait for another holder, in milliseconds; default 0. For the agent it waits in any case. */
	readonly waitMs?: number | undefined;
	/** Called once before waiting, with a message that names the holder. */
	readonly onWait?: (message: string) => void;
	readonly signal?: AbortSignal;
};

const lockPath = (directory: string): string => join(directory, 'lock.json');

export const pollMs = 100;

/** What the agent's lock says that it does. Every command waits for it (docs/rules.md, "The agent's lock"). */
export const agentOperation = 'agent';

/** How long a command waits for the agent at least, in milliseconds: it holds the lock for one change at a time. */
export const agentMs = 120_000;

/** How long a new holder may take to write its record, in milliseconds. Until then it may be the agent. */
const recordMs = 500;

/**
 * Takes the environment's lock. The kernel frees it however this process ends, and it does not keep the process alive.
 * @param directory an existing `stateDirectory(…)`
 * @throws LockedError (exit code 3) that names the holder
 */
export async function acquireLock(
	directory: string,
	{operation, waitMs = 0, onWait, signal}: LockOptions,
): Promise<Lock> {
	const begin = steadyNow();
	for (let isFirst = true; ; isFirst = false) {
		if (signal?.aborted) throw new CancelledError();
		const lock = await tryLock(directory, operation, waitMs > 0);
		if ('release' in lock) return lock;
		const deadline = begin + Math.max(waitMs, lock.leastMs);
		if (steadyNow() >= deadline) throw lock.refusal;
		if (isFirst) onWait?.(lock.refusal.message);
		await sleep(Math.min(pollMs, deadline - steadyNow()), undefined, {signal}).catch(() => {
			throw new CancelledError();
		});
	}
}

/** Record of the lock's holder, which may have died. */
export function readLock(directory: string): LockRecord | undefined {
	const content = readPrivateFile(lockPath(directory));
	try {
		return content && (JSON.parse(content.toString()) as LockRecord);
	} catch {
		return undefined;
	}
}

/**
 * Removes the record of a holder on another machine, for `state unlock`, and returns it.
 * @param id of the lock to remove, whoever holds it when undefined
 * @throws LockedError when a process of this machine holds the lock, or the lock has another id
 */
export async function breakLock(directory: string, id?: string): Promise<LockRecord | undefined> {
	const held = await holdKernelLock(realpathSync(directory));
	if (!held) throw heldBy(readLock(directory), true);
	try {
		const record = readLock(directory);
		// Since the message that named the lock, another command may have taken it.
		if (record && id !== undefined && record.id !== id) throw heldElsewhere(record);
		removeRecord(directory);
		return record;
	} finally {
		await held.release();
	}
}

async function tryLock(
	directory: string,
	operation: string,
	isWaiting: boolean,
): Promise<Lock | {readonly refusal: LockedError; readonly leastMs: number}> {
	const held = await holdKernelLock(realpathSync(directory));
	const previous = readLock(directory);
	if (!held) return {refusal: heldBy(previous, isWaiting), leastMs: leastWaitFor(previous, operation)};
	if (previous && previous.host !== hostname()) {
		await held.release();
		return {refusal: heldElsewhere(previous), leastMs: 0};
	}
	const record = ownRecord(operation);
	const {id} = record;
	try {
		removeLeftovers(directory);
		// Not synced: when the machine stops, so does the holder.
		replaceCacheFile(lockPath(directory), `${JSON.stringify(record)}\n`);
	} catch (error) {
		await held.release();
		throw fileError('write', lockPath(directory), error);
	}
	let isHeld = true;
	return {
		isFirstSince: released => released !== undefined && held.number === released + 1,
		release: async () => {
			if (!isHeld) return;
			isHeld = false;
			if (readLock(directory)?.id === id) removeRecord(directory);
			await held.release();
		},
	};
}

/** The record of a lock that this process takes now. */
export const ownRecord = (operation: string): LockRecord => ({
	id: randomBytes(8).toString('hex'),
	user: userName(),
	host: hostname(),
	pid: process.pid,
	operation,
	since: new Date().toISOString(),
});

/** Names the holder of a lock. */
export const holder = ({operation, user, pid, host, since}: LockRecord): string =>
	`\`compartment ${operation}\` of ${user} (process ${pid} on ${host}, since ${since})`;

const isCurrent = ({host, pid}: LockRecord): boolean => host === hostname() && isAlive(pid);

/** How long to wait for a holder at least, in milliseconds. The agent itself comes back later. */
function leastWaitFor(record: LockRecord | undefined, operation: string): number {
	if (operation === agentOperation) return 0;
	if (record?.operation === agentOperation) return agentMs;
	return record && isCurrent(record) ? 0 : recordMs;
}

const heldBy = (record: LockRecord | undefined, isWaiting: boolean): LockedError =>
	lockedBy(record && isCurrent(record) ? record : undefined, isWaiting);

/** The error for a lock that another command holds. */
export function lockedBy(record: LockRecord | undefined, isWaiting: boolean): LockedError {
	return new LockedError(
		`The environment is locked by ${record ? holder(record) : 'another process'}`,
		isWaiting
			? 'Wait until it is done, or end that process to free the lock.'
			: hint`Wait for it: ${again('--lock-timeout', '30s')}`,
	);
}

const heldElsewhere = (record: LockRecord): LockedError =>
	new LockedError(
		`The environment is locked by ${holder(record)}, which cannot be checked from this machine`,
		hint`If that command is no longer running: ${command('state unlock', record.id)}`,
	);

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return codeOf(error) === 'EPERM';
	}
}

function removeRecord(directory: string): void {
	try {
		unlinkSync(lockPath(directory));
	} catch (error) {
		if (codeOf(error) !== 'ENOENT') throw fileError('remove', lockPath(directory), error);
	}
}

/** Removes temporary files of killed processes. Safe because only the holder of the lock writes here. */
function removeLeftovers(directory: string): void {
	for (const folder of [directory, join(directory, 'history')]) {
		for (const name of namesIn(folder).filter(isTemporary)) unlinkSync(join(folder, name));
	}
}
