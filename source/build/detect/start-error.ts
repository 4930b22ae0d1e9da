import {UserError} from '../../errors.ts';

/** Nothing says how a recognised source starts. */
export const noStartError = (stack: string, lookedFor: string): UserError =>
	new UserError(`The source is ${stack}, but nothing says how it starts. Looked for: ${lookedFor}.`, {
		hint: 'Name the command with run.command in compartment.yml.',
	});
