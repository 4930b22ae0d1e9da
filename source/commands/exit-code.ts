import type {ApplyResult} from '../apply/events.ts';
import {exitCodes} from '../errors.ts';

/** How a command that plans, asks and applies ended. `not-applied`: there was nothing to do, or it was not approved. */
export type ApplyOutcome = ApplyResult['outcome'] | 'not-applied';

/** What the entry of a command returns: nothing, how its apply ended, or an exit code. Errors are thrown. */
// biome-ignore lint/suspicious/noConfusingVoidType: most entries return nothing at all.
export type CommandResult = void | ApplyOutcome | number;

const ofOutcomes: Readonly<Record<ApplyOutcome, number>> = {
	done: exitCodes.done,
	'not-applied': exitCodes.done,
	failed: exitCodes.error,
	cancelled: exitCodes.cancelled,
};

/** The exit code of a command that did not throw (docs/command-line.md, "Exit codes"). */
export function exitCodeOf(result: CommandResult): number {
	if (typeof result === 'number') return result;
	return result === undefined ? exitCodes.done : ofOutcomes[result];
}
