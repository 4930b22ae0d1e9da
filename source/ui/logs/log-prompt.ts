import {matcherOf} from '../../output/logs/search.ts';
import type {TypedSearch} from './log-store.ts';
import type {PoolView} from './pool-view.ts';

/** The line in which a search or a filter is typed, with what is wrong with it. */
export function promptOf({field, text, isRegex}: TypedSearch, view: PoolView): string {
	const {problem} = matcherOf(view[field]);
	const notes = [
		...(isRegex ? ['regular expression'] : []),
		...(problem === undefined ? [] : [`not a regular expression: ${problem}`]),
	];
	return `${field === 'search' ? '/' : '&'}${text}${notes.length === 0 ? '' : `  (${notes.at(-1)})`}`;
}
