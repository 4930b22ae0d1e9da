import {messageOf, UserError} from '../errors.ts';
import type {Hint} from '../hint.ts';

/** One line of `doctor`. */
export type Check = {
	readonly name: string;
	readonly status: 'ok' | 'warning' | 'problem';
	readonly message: string;
	readonly hint?: Hint;
};

/** What a check found; a text when all is well. */
export type Finding = Omit<Check, 'name'> | string;

/** Runs one check; an error is a problem. */
export async function check(name: string, run: () => Promise<Finding> | Finding): Promise<Check> {
	try {
		const finding = await run();
		return typeof finding === 'string' ? {name, status: 'ok', message: finding} : {name, ...finding};
	} catch (error) {
		const hint = error instanceof UserError ? error.hint : undefined;
		return {name, status: 'problem', message: messageOf(error), hint};
	}
}
