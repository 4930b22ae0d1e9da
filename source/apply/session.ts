import type {Engine} from '../engine/engine.ts';
import {type OwnEngine, observeOwn, ownEngine} from '../engine/own-engine.ts';
import {newId} from '../model/ids.ts';
import {refuseOlder} from '../plan/older.ts';
import type {RouterOptions} from '../router/router.ts';
import type {Settings} from '../settings/settings.ts';
import type {Journal} from '../state/journal.ts';
import {openJournal, readJournal} from '../state/journal.ts';
import {acquireLock} from '../state/lock.ts';
import {keepReserve} from '../state/reserve.ts';
import type {State} from '../state/state.ts';
import {keepCopy} from '../state/store.ts';
import {readPin, removePin} from '../state/trust-key.ts';
import {finishRotation} from './recovery/access-rotation.ts';
import {discardUnfinished, retireLeftovers, stopEnded} from './recovery/leftovers.ts';
import {removeOperations} from './recovery/operation-containers.ts';
import {recover} from './recovery/recover.ts';
import {recoverReplacements} from './recovery/resource.ts';
import {settleRotations} from './resource-rotation.ts';
import {keepState, type StateKeeper} from './state-keeper.ts';

/** Exclusive access to one environment: locked, recovered, journaled. */
export type Session = {
	readonly run: string;
	/** Sees and changes only this environment's objects. */
	readonly engine: OwnEngine;
	readonly state: StateKeeper;
	readonly journal: Journal;
	readonly close: () => Promise<void>;
};

type SessionOptions = {
	/** The state folder, which must exist. */
	readonly directory: string;
	/** Name of the command, as shown by the lock: `apply`. */
	readonly operation: string;
	/** How long to wait for another command, in milliseconds; without it a held lock is an error at once. */
	readonly waitMs?: number | undefined;
	readonly engine: Engine;
	readonly router: RouterOptions;
	readonly settings: Settings;
	/** Reads the state once the lock is held. */
	readonly readState: () => Promise<{readonly state: State; readonly isNew: boolean}>;
	/** Reports what recovery found and did. */
	readonly say: (message: string) => void;
};

/**
 * Takes the environment's lock, finishes or undoes what an interrupted apply left, and opens the journal.
 * @throws LockedError when another process works on the environment
 */
export async function lockAndRecover({
	directory,
	operation,
	waitMs,
	engine: anyEngine,
	router,
	settings,
	readState,
	say,
}: SessionOptions): Promise<Session> {
	const lock = await acquireLock(directory, {operation, waitMs});
	try {
		const {state, isNew} = await readState();
		const engine = ownEngine(anyEngine, state, router.name);
		// Before recovery: an old state would undo what a newer one did.
		if (!isNew) refuseOlder(await observeOwn(engine, state), state);
		keepReserve(directory);
		const run = newId('run');
		// A new state cannot recover the journal of a previous lineage.
		const entries = isNew ? [] : await readJournal(directory, state);
		const wasInterrupted = entries.length > 0 && entries.at(-1)?.type !== 'close';
		const keeper = keepState(directory, state, isNew);
		const {lineage, project, environment, serial} = state;
		const hadPin = readPin(lineage) !== undefined;
		const journal = await openJournal(directory, {run, lineage, project, environment, serial});
		const recovery = {engine, router, settings, state: keeper, journal, say};
		if (wasInterrupted) {
			say('the last apply was interrupted; recovering');
			await recover(recovery, entries);
			await removeOperations(recovery);
		} else {
			// A failed apply may have left what it created or replaced.
			await discardUnfinished(recovery);
			await retireLeftovers(recovery);
			await stopEnded(recovery);
			await recoverReplacements(recovery);
		}
		await finishRotation(recovery);
		await settleRotations(recovery);
		return {
			run,
			engine,
			state: keeper,
			journal,
			async close() {
				try {
					await journal.close();
					const last = keeper.current();
					if (last.serial !== serial) keepCopy(directory, last);
					// A first apply that changed nothing leaves nothing behind.
					else if (isNew && !hadPin) removePin(lineage);
				} finally {
					await lock.release();
				}
			},
		};
	} catch (error) {
		await lock.release();
		throw error;
	}
}
