import type {Command} from 'commander';
import {defaultEnvironmentOf, isCommandName} from '../command-names.ts';
import type {Hint} from '../hint.ts';
import {type Place, renderHint} from '../render-hint.ts';

/** What the process was called with. There is one per process; the dashboard changes it with every action. */
let place: Place = {environment: defaultEnvironmentOf('plan')};

/** Where the command acts: for the hints of what it prints. */
export const here = (): Place => place;

/** The text of a hint of the command that runs. */
export const hintText = (shown: Hint): string => renderHint(shown, place);

/** The environment that the command acts on, once it is known for certain. */
export const actOn = (environment: string): void => {
	place = {...place, environment};
};

/** A command of the dashboard, as a person would have typed it. */
export const invoke = (given: readonly string[], environment: string): void => {
	place = {...place, given, environment};
};

const nameOf = (action: Command): string =>
	action.parent ? [nameOf(action.parent), action.name()].filter(name => name !== '').join(' ') : '';

/** What a command line says about where it acts, before the command runs. */
export function beginInvocation(action: Command, given: readonly string[]): void {
	const name = nameOf(action);
	const {env, to, from} = action.opts<{env?: string; to?: string; from?: string}>();
	const target = name === 'promote' && from !== undefined ? to : undefined;
	const argument = /^environment (show|delete)$/.test(name) ? action.args[0] : undefined;
	const fallback = isCommandName(name) ? defaultEnvironmentOf(name) : 'production';
	place = {
		environment: argument ?? target ?? env ?? fallback,
		// A value may be a secret, which no message repeats.
		...(name === 'variable set' ? {} : {given}),
	};
}
