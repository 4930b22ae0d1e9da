import type {Hint} from './hint.ts';

/** Exit codes a user can rely on (README, "Exit codes"). */
export const exitCodes = {done: 0, error: 1, changesPending: 2, locked: 3, cancelled: 130} as const;

type UserErrorOptions = {
	/** What to do next, usually a command. */
	readonly hint?: Hint;
	readonly exitCode?: number;
	readonly cause?: unknown;
};

/**
 * Something the user or the world outside can cause. It is printed as a message, never as a stack trace;
 * everything else that is thrown is a defect of ours.
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

/** The engine refused or failed an operation: names the operation, the address and the engine's own text. */
export class EngineError extends UserError {
	/** HTTP status of the engine's answer, when there was one. */
	readonly status: number | undefined;
	/**
	 * No answer came, so what was asked for may have happened all the same. Only a look at the engine tells; what failed
	 * for sure says so with a status, or with `isAnswered`.
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

/** Whether the engine may have done what this error says has failed. */
export const isOutcomeUnknown = (error: unknown): boolean =>
	error instanceof EngineError
		? error.isOutcomeUnknown
		: error instanceof Error && error.cause !== undefined && isOutcomeUnknown(error.cause);

type FailedStep = {readonly name: string; readonly lines: readonly string[]};

/** A build that failed, with the step and the last lines of it. The message holds all of that. */
export class BuildError extends UserError {
	/** What failed, without the lines. */
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

/** What to do about anything thrown, or about what caused it. */
export const hintOf = (error: unknown): Hint | undefined =>
	(error instanceof UserError ? error.hint : undefined) ??
	(error instanceof Error && error.cause !== undefined ? hintOf(error.cause) : undefined);

/** The text of anything thrown, for messages that quote a cause. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
