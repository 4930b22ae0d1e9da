import {existsSync} from 'node:fs';
import {type EarlyReads, lockEnvironment} from '../apply/lock-environment.ts';
import type {Session} from '../apply/session.ts';
import {type Terminal, warn} from '../output/terminal.ts';
import {beginReading} from '../refresh/begin-reading.ts';
import type {PlanWorld} from '../refresh/refresh.ts';
import {newState} from '../state/store.ts';
import {assertKeptIdentity} from './assert-kept-identity.ts';
import {prepareFolder} from './state-place.ts';
import {readOrNewState, type Workspace} from './workspace.ts';

/** An environment that no other command changes until it is released. */
export type HeldEnvironment = {
	readonly workspace: Workspace;
	/** Whether nothing was applied in it yet. */
	readonly isNew: boolean;
	/** What a plan is made from. First finishes what an interrupted command left. */
	readonly read: () => Promise<PlanWorld>;
	/** Prepares it for changes, once. Loads what a plan does not need, so not before something is to be done. */
	readonly open: () => Promise<Session>;
	readonly release: () => Promise<void>;
};

type Options = {
	/** Name of the command, as the lock shows it. */
	readonly operation: string;
	/** Reads that began before, so that nothing waits for the engine twice. */
	readonly early: EarlyReads;
	/** Of a new environment, because a saved plan was signed for it. */
	readonly lineage: string | undefined;
	readonly terminal: Terminal;
	/** Reports what recovery found and did. */
	readonly say: (message: string) => void;
	/** Ends the wait for another command. */
	readonly signal?: AbortSignal;
};

/**
 * Locks the environment of a command that plans and applies, and makes its folder if it is new.
 * @throws LockedError when another command works on it
 */
export async function holdEnvironment(workspace: Workspace, options: Options): Promise<HeldEnvironment> {
	const {project, directory, engine, router, settings, isAttended} = workspace;
	const {operation, early, lineage, terminal, say, signal} = options;
	// Nothing is created for an engine that is not there.
	if (!existsSync(directory)) await early.reads.engine.info();
	warn(terminal, [...workspace.warnings, ...(await prepareFolder(workspace, early.reads.engine))]);
	assertKeptIdentity(workspace);
	const locked = await lockEnvironment({
		...{directory, operation, waitMs: workspace.lockWaitMs, engine, router, early},
		inform: terminal.inform,
		isSecuredLater: true,
		...(signal && {signal}),
		async readState() {
			const found = await readOrNewState(workspace);
			if (lineage === undefined || !found.isNew) return found;
			return {state: newState({...found.state, lineage}), isNew: true};
		},
	});
	let session: Session | undefined;
	const open = async (): Promise<Session> => {
		const {openSession} = await import('../apply/session.ts');
		session ??= await openSession(locked, {directory, engine, router, settings, say});
		return session;
	};
	return {
		workspace,
		isNew: locked.isNew,
		async read() {
			const state = locked.isSettled ? locked.state : (await open()).state.current();
			// What recovery changed is read again.
			const begun = locked.isSettled ? locked.reads : beginReading(engine, router);
			return {project, settings, router, directory, state, ...begun, isAttended};
		},
		open,
		release: () => (session ? session.close() : locked.release()),
	};
}
