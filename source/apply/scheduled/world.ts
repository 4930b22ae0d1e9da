import type {ContainerDetails, Engine} from '../../engine/engine.ts';
import {type OwnEngine, ownEngine} from '../../engine/own-engine.ts';
import {isOutcomeUnknown, LockedError, UserError} from '../../errors.ts';
import type {RouterOptions} from '../../router/router.ts';
import {agentOperation} from '../../state/lock.ts';
import type {JobRun, State} from '../../state/state.ts';

/** What the scheduled runs of an environment need. */
export type ScheduleWorld = {
	readonly engine: Engine;
	readonly router: RouterOptions;
	/** State folder. */
	readonly directory: string;
	/** Milliseconds since the epoch. */
	readonly now: () => number;
	readonly stopGraceSeconds: number;
	/** How long to wait for a command that holds the lock, in milliseconds. */
	readonly waitMs?: number;
};

export const lockOptions = ({engine, router, waitMs}: ScheduleWorld) => ({
	engine,
	router,
	operation: agentOperation,
	waitMs,
});

/** The environment's part of the engine. */
export const engineOf = ({engine, router}: ScheduleWorld, state: State): OwnEngine =>
	ownEngine(engine, state, router.name);

/** Whether an attempt has failed for certain, so that the run has. Otherwise only the engine knows. */
export const hasFailed = (error: unknown): error is UserError =>
	error instanceof UserError && !(error instanceof LockedError) && !isOutcomeUnknown(error);

/** Whether a run was started by its schedule, and its end is not recorded yet. */
export const isOpen = ({trigger, status}: JobRun): boolean => trigger === 'scheduled' && status === 'running';

export const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** A scheduled run that goes on. */
export type OpenRun = {readonly run: JobRun; readonly container: ContainerDetails};
