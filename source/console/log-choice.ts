import {UserError} from '../errors.ts';
import type {Choice} from '../output/logs/chooser.ts';
import type {Level} from '../output/logs/level.ts';
import {matcherOf, noSearch, type Search} from '../output/logs/search.ts';
import {quoteText} from '../output/sanitise.ts';
import {type CommonFlags, isJson} from '../workspace/flags.ts';

/** The flags that choose lines, and how they are printed. */
export type LogChoiceFlags = {
	readonly grep?: string;
	readonly regex?: boolean;
	readonly invert?: boolean;
	readonly level?: Level;
	readonly context?: number;
	readonly collapse?: boolean;
	readonly fold?: boolean;
};

const needsGrep = (flag: string): UserError => new UserError(`--${flag} needs --grep, with the text to look for`);

function searchOf({grep, regex = false, invert = false}: LogChoiceFlags): Search {
	if (grep === undefined) {
		if (regex) throw needsGrep('regex');
		if (invert) throw needsGrep('invert');
		return noSearch;
	}
	if (grep === '') throw new UserError('--grep needs a text to look for (it is empty)');
	const search = {text: grep, isRegex: regex, isInverse: invert};
	const {problem} = matcherOf(search);
	if (problem !== undefined)
		throw new UserError(`--grep is not a regular expression: ${problem} (it is ${quoteText(grep)})`);
	return search;
}

/**
 * Which lines the flags choose, and how many around each.
 * @throws UserError for flags that do not go together, and for an invalid expression
 */
export function logChoiceOf(flags: LogChoiceFlags & CommonFlags): Choice & {readonly context: number} {
	const filter = searchOf(flags);
	const {level, context} = flags;
	if (context !== undefined && filter === noSearch && level === undefined)
		throw new UserError('--context needs --grep or --level, to show lines around');
	for (const flag of ['collapse', 'fold'] as const)
		if (flags[flag] && isJson(flags))
			throw new UserError(`--${flag} is for text: with --json every line is printed whole`);
	return {filter, level, context: context ?? 0};
}
