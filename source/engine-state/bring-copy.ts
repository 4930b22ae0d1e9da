import {realpathSync} from 'node:fs';
import {setTimeout as pause} from 'node:timers/promises';
import type {ReadonlyEngine} from '../engine/engine.ts';
import {isOutcomeUnknown} from '../errors.ts';
import type {RouterOptions} from '../router/router.ts';
import {authorityOf} from '../state/authority.ts';
import {holdKernelLock} from '../state/kernel-lock.ts';
import {readLock} from '../state/lock.ts';
import {readPlace} from '../state/place.ts';
import {acceptShared, isCurrent, readCopy, writeCopy} from './copy.ts';
import {folderName} from './layout.ts';
import {assertSameEngine, assertThere} from './missing.ts';
import {findStates, withoutRouter} from './router.ts';
import {readStored, type Stored} from './stored.ts';

/** Who reads what the engine has. */
export type ReadPlace = {
	readonly directory: string;
	readonly engine: ReadonlyEngine;
	readonly router: RouterOptions;
};

/** How long to wait for another reader to write the same, in milliseconds. */
const waitMs = 1000;

/**
 * Makes the folder a copy of what the engine has. Leaves it to a command that works on the environment in this folder: it
 * has what that one has done so far.
 */
export async function saveCopy(directory: string, stored: Stored): Promise<void> {
	for (let waited = 0; !isCurrent(directory, stored); waited += 50) {
		const held = await holdKernelLock(realpathSync(directory));
		if (held) {
			try {
				writeCopy(directory, stored);
			} finally {
				await held.release();
			}
			break;
		}
		if (readLock(directory) || waited >= waitMs) return;
		await pause(50);
	}
	await acceptShared(directory, stored);
}

/**
 * Brings the copy of a state on the engine up to date, before it is read. Does nothing for a local state, or under the lock.
 * An engine that does not answer leaves what was last read.
 * @throws UserError when the engine does not have the state any more, or no router
 */
export async function bringCopy({
	directory,
	engine,
	router,
	mayBeWithoutRouter = false,
}: ReadPlace & {
	/** Whether a router that is gone leaves what was last read too, for who is about to make it again. */
	readonly mayBeWithoutRouter?: boolean;
}): Promise<void> {
	const record = readPlace(directory);
	// Until a move is settled, the folder has the same.
	if (record?.state !== 'engine' || record.moving || authorityOf(directory)) return;
	let stored: Stored;
	try {
		const found = await findStates(engine, router);
		if (!found) {
			if (mayBeWithoutRouter || !readCopy(directory).state) return;
			throw withoutRouter(record.environment, router);
		}
		stored = await readStored(engine, found.containerId, folderName(record));
	} catch (error) {
		if (isOutcomeUnknown(error) && readCopy(directory).state) return;
		throw error;
	}
	await assertSameEngine(directory, stored, engine);
	assertThere(record, directory, stored);
	await saveCopy(directory, stored);
}
