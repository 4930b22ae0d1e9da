import {type OwnEngine, ownEngine} from '../engine/own-engine.ts';
import {newId} from '../model/ids.ts';
import type {Settings} from '../settings/settings.ts';
import {authorityOf, historyName} from '../state/authority.ts';
import {type Journal, openJournal} from '../state/journal.ts';
import {readPrivateFile} from '../state/private-file.ts';
import {keepReserve} from '../state/reserve.ts';
import type {State} from '../state/state.ts';
import {statePath} from '../state/state-file.ts';
import {catchUp, keepCopy} from '../state/store.ts';
import {readPin, removePin} from '../state/trust-key.ts';
import {type JournaledState, keepInJournal} from './journaled-state.ts';
import {type LockedEnvironment, type LockOptions, lockEnvironment} from './lock-environment.ts';

/** Exclusive access to one environment: locked, recovered, journaled. */
export type Session = {
	readonly run: string;
	/** Sees and changes only this environment's objects. */
	readonly engine: OwnEngine;
	readonly state: JournaledState;
	readonly journal: Journal;
	readonly close: () => Promise<void>;
};

type SessionOptions = Pick<LockOptions, 'directory' | 'engine' | 'router'> & {
	readonly settings: Settings;
	/** False for many small changes, which would push older states out of history. */
	readonly keepsHistory?: boolean;
	/** Reports what recovery found and did. */
	readonly say: (message: string) => void;
};

/** Writes the state as the folder has it to the engine, if that has the authority. */
async function copyState(directory: string, state: State, keepsHistory: boolean): Promise<void> {
	const authority = authorityOf(directory);
	const content = authority && readPrivateFile(statePath(directory));
	if (content) await authority.put(content, keepsHistory ? historyName(state) : undefined);
}

/**
 * Opens the journal of a locked environment, and finishes or undoes what an interrupted apply left. To close the session
 * releases the lock; after an error the caller does.
 */
export async function openSession(locked: LockedEnvironment, options: SessionOptions): Promise<Session> {
	const {state, isNew, unfinished, renamed, isSettled, containers, secure, release} = locked;
	const {directory, router, settings, say, keepsHistory = true} = options;
	const engine = ownEngine(options.engine, state, router.name, containers);
	await secure();
	keepReserve(directory);
	const run = newId('run');
	const {lineage, project, environment, serial} = state;
	const hadPin = readPin(lineage) !== undefined;
	if (unfinished.length > 0) catchUp(directory);
	const journal = await openJournal(directory, {run, lineage, project, environment, serial});
	const {state: keeper, flush, stop} = keepInJournal({directory, initial: state, isNew, journal, keepsHistory});
	const leave = () => {
		stop();
		journal.leave();
	};
	try {
		if (!isSettled) {
			// Most applies have nothing to recover.
			const {recoverEnvironment} = await import('./recovery/recover-environment.ts');
			await recoverEnvironment({engine, router, settings, state: keeper, journal, say}, {unfinished, renamed});
		}
	} catch (error) {
		leave();
		throw error;
	}
	return {
		run,
		engine,
		state: keeper,
		journal,
		async close() {
			try {
				flush();
				await copyState(directory, keeper.current(), keepsHistory);
				await journal.close();
				const last = keeper.current();
				if (last.serial !== serial) {
					if (keepsHistory) keepCopy(directory, last);
				} else if (isNew && !hadPin) {
					// A first apply that changed nothing leaves nothing behind.
					removePin(lineage);
				}
			} finally {
				leave();
				await release();
			}
		},
	};
}

/**
 * Takes the environment's lock, finishes or undoes what an interrupted apply left, and opens the journal.
 * @throws LockedError when another process works on the environment
 */
export async function lockAndRecover(options: LockOptions & SessionOptions): Promise<Session> {
	const locked = await lockEnvironment(options);
	try {
		return await openSession(locked, options);
	} catch (error) {
		await locked.release();
		throw error;
	}
}
