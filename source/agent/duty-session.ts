import {lockAndRecover, type Session} from '../apply/session.ts';
import {agentOperation} from '../state/lock.ts';
import type {EnvironmentWorld} from './duty.ts';
import {readUnderLock} from './under-lock.ts';

/** How long to wait for a command that holds the environment's lock. */
const lockWaitMs = 5000;

/**
 * Takes the lock of a duty's environment, and finishes or undoes what an interrupted apply left.
 * @param duty the name that what recovery did is reported with
 * @throws LockedError when another process works on the environment
 */
export const openDutySession = (world: EnvironmentWorld, duty: string): Promise<Session> => {
	const {engine, router, settings, directory, act} = world;
	return lockAndRecover({
		directory,
		operation: agentOperation,
		waitMs: lockWaitMs,
		engine,
		router,
		settings,
		readState: async () => ({state: await readUnderLock(world), isNew: false}),
		say: message => act({duty, address: null, outcome: 'done', message}),
	});
};
