import type {Engine} from '../engine/engine.ts';
import {type OwnEngine, ownEngine} from '../engine/own-engine.ts';
import {newId} from '../model/ids.ts';
import type {RouterOptions} from '../router/router.ts';
import type {Settings} from '../settings.ts';
import type {Journal} from '../state/journal.ts';
import {openJournal, readJournal} from '../state/journal.ts';
import {acquireLock} from '../state/lock.ts';
import type {State} from '../state/state.ts';
import {recover} from './recover.ts';
import {discardUnfinished, retireFormer, stopEnded} from './recover-leftovers.ts';
import {removeOperations} from './recover-operations.ts';
import {recoverReplacements} from './recover-resource.ts';
import {finishRotation} from './rotation.ts';
import {keepState, type StateKeeper} from './state-keeper.ts';

/** Exclusive work on one environment: locked, recovered, journaled. */
export type Session = {
	readonly run: string;
	/** Sees and touches this environment's objects alone. */
	readonly engine: OwnEngine;
	readonly state: StateKeeper;
	readonly journal: Journal;
	readonly close: () => Promise<void>;
};

type SessionOptions = {
	/** The state folder; it exists. */
	readonly directory: string;
	/** What the lock says is going on: `apply`. */
	readonly operation: string;
	readonly engine: Engine;
	readonly router: RouterOptions;
	readonly settings: Settings;
	/** Reads the state once the lock is held. */
	readonly readState: () => Promise<{readonly state: State; readonly isNew: boolean}>;
	/** Told what recovery found and mended. */
	readonly say: (message: string) => void;
};

/**
 * Takes the environment's lock, finishes or undoes what an interrupted apply left, and opens the journal.
 * @throws LockedError when another process works on the environment
 */
export async function openSession({
	directory,
	operation,
	engine: anyEngine,
	router,
	settings,
	readState,
	say,
}: SessionOptions): Promise<Session> {
	const lock = await acquireLock(directory, {operation});
	try {
		const {state, isNew} = await readState();
		const engine = ownEngine(anyEngine, state, router.name);
		const run = newId('run');
		const entries = await readJournal(directory);
		const wasInterrupted = entries.length > 0 && entries.at(-1)?.type !== 'close';
		const keeper = keepState(directory, state, isNew);
		const journal = await openJournal(directory, {run, lineage: state.lineage, serial: state.serial});
		const recovery = {engine, router, settings, state: keeper, journal, say};
		if (wasInterrupted && !isNew) {
			say('the last apply was interrupted, recovering');
			await recover(recovery, entries);
			await removeOperations(recovery);
		} else {
			// An apply that failed could not always put away what it had made, or what it had replaced.
			await discardUnfinished(recovery);
			await retireFormer(recovery);
			await stopEnded(recovery);
			await recoverReplacements(recovery);
		}
		await finishRotation(recovery);
		return {
			run,
			engine,
			state: keeper,
			journal,
			async close() {
				try {
					await journal.close();
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
