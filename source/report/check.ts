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
