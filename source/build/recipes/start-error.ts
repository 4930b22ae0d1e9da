import {UserError} from '../../errors.ts';

/** The error for a detected stack without a start command. */
export const noStartError = (stack: string, lookedFor: string): UserError =>
	new UserError(`The source is ${stack}, but has no start command. Looked for: ${lookedFor}.`, {
		hint: 'Set run.command in compartment.yml.',
	});

/** The error for a detected stack that cannot run here. The problem names the way out. */
export const problemError = (stack: string, problem: string): UserError =>
	new UserError(`The source is ${stack}, but cannot run here: ${problem}`, {
		hint: 'Or set run.command in compartment.yml, or add a Dockerfile.',
	});
