import {stripEscapes} from '../../output/escape-sequences.ts';
import {typedBy} from '../keys/key-names.ts';
import type {KeyAction} from '../keys/keymap.ts';

/** What is seen of a long text, and what is searched in it. */
export type TextView = {
	/** First visible line. */
	readonly top: number;
	/** The text that was searched; empty without a search. */
	readonly query: string;
	/** The search text while it is typed; otherwise undefined. */
	readonly typed: string | undefined;
	/** The result of the last key. */
	readonly message: string | undefined;
};

export const newTextView: TextView = {top: 0, query: '', typed: undefined, message: undefined};

const longestInput = 200;

function findLine(lines: readonly string[], step: 1 | -1, from: number, query: string): number {
	const wanted = query.toLowerCase();
	const isMatch = (line: string) => stripEscapes(line).toLowerCase().includes(wanted);
	return step === 1
		? lines.findIndex((line, index) => index >= from && isMatch(line))
		: lines.findLastIndex((line, index) => index <= from && isMatch(line));
}

/** Moves to the first match from the visible lines on, and then to the first of all. */
function searchText(view: TextView, lines: readonly string[], query: string): TextView {
	const next = {...view, query, typed: undefined};
	if (query === '') return next;
	const below = findLine(lines, 1, view.top, query);
	const found = below === -1 ? findLine(lines, 1, 0, query) : below;
	return found === -1 ? {...next, message: `"${query}" was not found`} : {...next, top: found};
}

function goToMatch(view: TextView, lines: readonly string[], step: 1 | -1): TextView {
	const {query, top} = view;
	if (query === '') return {...view, message: 'Nothing to search for: press / first'};
	const found = findLine(lines, step, top + step, query);
	return found === -1
		? {...view, message: `No more "${query}" ${step === 1 ? 'below' : 'above'}`}
		: {...view, top: found};
}

/** The view after an action on `rows` visible lines; undefined when a text has no such action. */
export function actOnText(
	view: TextView,
	action: KeyAction,
	lines: readonly string[],
	rows: number,
): TextView | undefined {
	const seen = {...view, message: undefined};
	const to = (top: number) => ({...seen, top: Math.max(0, Math.min(top, lines.length - rows))});
	const half = Math.max(1, Math.floor(rows / 2));
	switch (action) {
		case 'up':
			return to(view.top - 1);
		case 'down':
			return to(view.top + 1);
		case 'half-up':
			return to(view.top - half);
		case 'half-down':
			return to(view.top + half);
		case 'first':
			return to(0);
		case 'last':
			return to(lines.length);
		case 'search':
			return {...seen, typed: ''};
		case 'next-match':
			return goToMatch(seen, lines, 1);
		case 'previous-match':
			return goToMatch(seen, lines, -1);
		default:
			return undefined;
	}
}

/** The view after a key while a search is typed. */
export function typeInText(
	view: TextView,
	key: string,
	action: KeyAction | undefined,
	lines: readonly string[],
): TextView {
	const {typed = ''} = view;
	switch (action) {
		case 'choose':
			return searchText(view, lines, typed);
		case 'back':
			return {...view, typed: undefined};
		case 'erase':
			return {...view, typed: Array.from(typed).slice(0, -1).join('')};
		case 'erase-all':
			return {...view, typed: ''};
		default:
			return {...view, typed: (typed + typedBy(key)).slice(0, longestInput)};
	}
}
