import type {ContainerState} from './container-state.ts';

/**
 * How a service or resource is, in one word. `healthy`: its container runs, has not restarted in the last minute, and its
 * probe answered. `starting`: before its first ready. `degraded`: restarted in the last minute, or the probe failed once
 * or twice. `crashing`: from the second restart within a minute until it has run for a minute. `hung`: the probe failed
 * three times in a row. `not listening`: no readiness is declared and its port refuses. `stopped`: somebody asked for it
 * with Compartment. `missing`: its container is gone. `failed`: its container does not run, and should. `idle`: a job,
 * which runs when it is asked to. `none`: nothing is deployed.
 */
export type HealthState =
	| 'healthy'
	| 'starting'
	| 'degraded'
	| 'crashing'
	| 'hung'
	| 'not listening'
	| 'stopped'
	| 'missing'
	| 'failed'
	| 'restore-incomplete'
	| 'idle'
	| 'none';

/** How the latest run of a container ended. */
export type LastExit = {
	readonly code: number | null;
	readonly isOutOfMemory: boolean;
	/** Milliseconds since the epoch. */
	readonly at: number | null;
};

export type Health = {
	readonly state: HealthState;
	/** Why, as half a sentence whose subject is the service; null where the word says it all. */
	readonly cause: string | null;
	/** Since its deployment: every deployment has a container of its own. */
	readonly restarts: number;
	readonly lastExit: LastExit | null;
};

/** Times in milliseconds since the epoch, on the clock of the engine. */
export type ContainerFacts = {
	readonly state: ContainerState;
	/** The engine's words, such as `Exited (137) 2 minutes ago`. */
	readonly status: string;
	readonly startedAt: number | undefined;
	readonly finishedAt: number | undefined;
	readonly exitCode: number;
	readonly isOutOfMemory: boolean;
	readonly restartCount: number;
	/** The run before the current one, as far as the engine remembers it. */
	readonly previousRun?: PreviousRun | undefined;
};

export type PreviousRun = {
	readonly exitCode: number | undefined;
	readonly isOutOfMemory: boolean;
	/** Milliseconds; undefined: longer ago than the engine remembers. */
	readonly ranMs: number | undefined;
	/** How often it ended in the last minute. */
	readonly endsInMinute: number;
};

/** What a probe found when it last asked. */
export type ProbeFacts = {
	/** `readiness` was declared; `port` is the courtesy of services without it. */
	readonly type: 'readiness' | 'port';
	/** `GET /healthz`, `port 5432`. */
	readonly question: string;
	/** In a row until now; three is the most that is counted. */
	readonly failures: 0 | 1 | 2 | 3;
	/** The last answer: `503 Service Unavailable`. Foreign text. */
	readonly answer: string;
	/** How long it has failed for, in milliseconds; null where only this moment is known. */
	readonly failsForMs: number | null;
};

export type HealthFacts = {
	/** `job`: nothing runs between its runs. `none`: nothing is deployed. */
	readonly type: 'runs' | 'job' | 'none';
	/** Recorded: a command of Compartment has stopped it. */
	readonly isStopped: boolean;
	/** Recorded: a restore has not finished. */
	readonly isHalfRestored?: boolean;
	readonly container: ContainerFacts | undefined;
	/** Undefined: there is none, or it has not asked yet. */
	readonly probe: ProbeFacts | undefined;
	/** Recorded: it was ready once. */
	readonly wasReady: boolean;
	/** How long it may take to become ready. */
	readonly readyWithinMs: number;
	/** On the clock of the engine, like the times of its container. */
	readonly now: number;
};
