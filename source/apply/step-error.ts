import {UserError} from '../errors.ts';
import type {DeploymentFailure} from '../state/state.ts';

/** A failed step, with details that help to find the cause. */
export class StepError extends UserError {
	readonly failure: DeploymentFailure;
	/** The action that failed, when the step belongs to another one or to none. */
	readonly address: string | undefined;

	constructor(failure: DeploymentFailure, address?: string, cause?: unknown) {
		super(failure.message, {cause});
		this.name = 'StepError';
		this.failure = failure;
		this.address = address;
	}
}
