import type {ContainerState} from './container-state.ts';

/**
 * Health of a service or resource. `healthy`: its container runs, has not restarted in the last minute, and its probe
 * succeeded. `starting`: not ready yet. `degraded`: restarted in the last minute, or the probe failed once or twice.
 * `crashing`: from the second restart within a minute until it has run for a minute. `hung`: the probe failed three times
 * in a row. `not listening`: no readiness is declared and its port refuses connections. `stopped`: stopped with
 * Compartment. `missing`: its container is gone. `failed`: its container should run and does not. `idle`: a job between
 * runs. `none`: nothing is deployed.
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

/** How a container last exited. */
export type LastExit = {
	readonly code: number | null;
	readonly isOutOfMemory: boolean;
	/** Milliseconds since the epoch. */
	readonly at: number | null;
};

export type Health = {
	readonly state: HealthState;
	/** Why, as a predicate of the service: `restarted 3 times in 60 s`; null if the state says it all. */
	readonly cause: string | null;
	/** Since the deployment, because each one has its own container. */
	readonly restarts: number;
	readonly lastExit: LastExit | null;
};

/** Times in milliseconds since the epoch, on the engine's clock. */
export type ContainerFacts = {
	readonly state: ContainerState;
	/** The engine's text, such as `Exited (137) 2 minutes ago`. */
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

/** Last result of a probe. */
export type ProbeFacts = {
	/** `readiness` is declared in compartment.yml; `port` is checked for services without it. */
	readonly type: 'readiness' | 'port';
	/** `GET /healthz`, `port 5432`. */
	readonly question: string;
	/** Consecutive failures, counted up to three. */
	readonly failures: 0 | 1 | 2 | 3;
	/** The last answer: `503 Service Unavailable`. Foreign text. */
	readonly answer: string;
	/** Milliseconds since it began to fail; null if only the last result is known. */
	readonly failsForMs: number | null;
};

export type HealthFacts = {
	/** `job`: nothing runs between its runs. `none`: nothing is deployed. */
	readonly type: 'runs' | 'job' | 'none';
	/** From the state: stopped with Compartment. */
	readonly isStopped: boolean;
	/** From the state: a restore has not finished. */
	readonly isHalfRestored?: boolean;
	/** From the state: why the agent does not start it again. */
	readonly crashLoop?: string | undefined;
	readonly container: ContainerFacts | undefined;
	/** Undefined without a probe, and before its first result. */
	readonly probe: ProbeFacts | undefined;
	/** From the state: it has been ready. */
	readonly wasReady: boolean;
	/** Readiness timeout. */
	readonly readyWithinMs: number;
	/** Current time on the engine's clock, like the times of the container. */
	readonly now: number;
};
