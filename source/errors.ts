import type {Hint} from './hint.ts';

/** Exit codes that users can rely on (docs/command-line.md, "Exit codes"). */
export const exitCodes = {done: 0, error: 1, changesPending: 2, locked: 3, cancelled: 130} as const;

type UserErrorOptions = {
	/** What to do next, usually a command. */
	readonly hint?: Hint;
	readonly exitCode?: number;
	readonly cause?: unknown;
};

/**
 * An error that the user or the outside world can cause. It is printed as a message, never as a stack trace; anything
 * else that is thrown is a bug.
 */
export class UserError extends Error {
	readonly hint: Hint | undefined;
	readonly exitCode: number;

	constructor(message: string, {hint, exitCode = exitCodes.error, cause}: UserErrorOptions = {}) {
		super(message, {cause});
		this.name = 'UserError';
		this.hint = hint;
		this.exitCode = exitCode;
	}
}

/** The engine refused a request or failed. The message names the request, the address and the engine's own text. */
export class EngineError extends UserError {
	/** HTTP status of the engine's response, if there was one. */
	readonly status: number | undefined;
	/**
	 * No response came, so the request may have succeeded: only the state of the engine shows it. A definite failure has a
	 * status or is marked `isAnswered`.
	 */
	readonly isOutcomeUnknown: boolean;

	constructor(
		message: string,
		options: UserErrorOptions & {readonly status?: number; readonly isAnswered?: boolean} = {},
	) {
		super(message, options);
		this.name = 'EngineError';
		this.status = options.status;
		this.isOutcomeUnknown = options.status === undefined && options.isAnswered !== true;
	}
}

/**
 * A network that the engine does not remove although no container is connected to it. Engines up to 20.10 may
 * lose count when containers join or leave it at the same moment, and correct the number only when they start themselves.
 */
export class MiscountedNetwork extends EngineError {
	constructor(network: string) {
		const command = `docker network rm ${network}`;
		super(
			`cannot remove network ${network}: no container is connected to it, but the engine counts one. Restart the engine, then: ${command}`,
			{status: 403},
		);
		this.name = 'MiscountedNetwork';
	}
}

/** Whether the request behind this error may have succeeded after all. */
export const isOutcomeUnknown = (error: unknown): boolean =>
	error instanceof EngineError
		? error.isOutcomeUnknown
		: error instanceof Error && error.cause !== undefined && isOutcomeUnknown(error.cause);

type FailedStep = {readonly name: string; readonly lines: readonly string[]};

/** A failed build, with the failed step and its last lines. The message contains all of it. */
export class BuildError extends UserError {
	/** What failed, without the output. */
	readonly summary: string;
	readonly step: FailedStep | undefined;

	constructor(summary: string, step: FailedStep | undefined, options?: UserErrorOptions) {
		super([summary, ...(step ? [step.name, ...step.lines] : [])].join('\n  '), options);
		this.name = 'BuildError';
		this.summary = summary;
		this.step = step;
	}
}

/** Another process holds the environment's lock. */
export class LockedError extends UserError {
	constructor(message: string, hint?: Hint) {
		super(message, {hint, exitCode: exitCodes.locked});
		this.name = 'LockedError';
	}
}

/** The user said no, or pressed ctrl-c. */
export class CancelledError extends UserError {
	constructor(message = 'Cancelled.', hint?: Hint) {
		super(message, {hint, exitCode: exitCodes.cancelled});
		this.name = 'CancelledError';
	}
}

/** The hint of an error, or of the nearest cause that has one. */
export const hintOf = (error: unknown): Hint | undefined =>
	(error instanceof UserError ? error.hint : undefined) ??
	(error instanceof Error && error.cause !== undefined ? hintOf(error.cause) : undefined);

/** The message of anything thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
