import {UserError} from '../errors.ts';
import type {DeploymentFailure} from '../state/state.ts';

/** A step that failed in front of the user, with what helps to find the cause. */
export class StepError extends UserError {
	readonly failure: DeploymentFailure;
	/** The action that failed, where the node is none of its own. */
	readonly address: string | undefined;

	constructor(failure: DeploymentFailure, address?: string, cause?: unknown) {
		super(failure.message, {cause});
		this.name = 'StepError';
		this.failure = failure;
		this.address = address;
	}
}
