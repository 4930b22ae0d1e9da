import {stripEscapes} from '../escape-sequences.ts';

/** What to look for in the lines of a log. An empty text looks for nothing. */
export type Search = {
	readonly text: string;
	readonly isRegex: boolean;
	/** Whether the lines without it are wanted. */
	readonly isInverse: boolean;
};

export const noSearch: Search = {text: '', isRegex: false, isInverse: false};

/** What a user typed: `!` in front inverts, slashes around make a regular expression; a backslash in front takes `!` and `/` as they are. */
export function parseSearch(typed: string, isRegex = false): Search {
	const isInverse = typed.startsWith('!');
	const rest = isInverse ? typed.slice(1) : typed;
	if (isRegex) return {text: rest, isRegex, isInverse};
	if (/^\\[!/]/.test(rest)) return {text: rest.slice(1), isRegex, isInverse};
	const pattern = /^\/(.+)\/$/s.exec(rest)?.[1];
	return {text: pattern ?? rest, isRegex: pattern !== undefined, isInverse};
}

/** The text that `parseSearch` reads as this search. */
export function typedSearch({text, isRegex, isInverse}: Search): string {
	const sign = isInverse ? '!' : '';
	if (isRegex) return text === '' ? sign : `${sign}/${text}/`;
	const isSpecial = /^(?:!|\\[!/]|\/.+\/$)/s.test(text);
	return `${sign}${isSpecial ? '\\' : ''}${text}`;
}

/** A search in a few words, such as `not /time.*out/`. */
export const describeSearch = ({text, isRegex, isInverse}: Search): string =>
	`${isInverse ? 'not ' : ''}${isRegex ? `/${text}/` : `"${text}"`}`;

/** Start and end of a match. */
type Range = readonly [start: number, end: number];

export type Matcher = {
	/** Why the text is not a regular expression; then every line is wanted, and there are no matches in it. */
	readonly problem: string | undefined;
	/** Whether a line, unsanitised, is wanted. */
	readonly isWanted: (text: string) => boolean;
	/** The matches in a line without escape sequences; none for an inverse search. */
	readonly rangesIn: (text: string) => readonly Range[];
};

/** No expression reads further, so that a long line cannot make a search slow. */
const longestSearched = 8192;

const plain = (text: string): string =>
	stripEscapes(text.length > longestSearched ? text.slice(0, longestSearched) : text);

/** Case matters only if the text has capitals; those of `\S` and the like do not count. */
const hasCapitals = ({text, isRegex}: Search): boolean =>
	/\p{Lu}/u.test(isRegex ? text.replace(/\\[pP]\{[^}]*\}|\\.|\(\?<\w+>/gs, '') : text);

function compileExpression(search: Search): RegExp | string {
	const flags = hasCapitals(search) ? 'g' : 'gi';
	try {
		// Whole characters, unless the pattern has an escape that only the older syntax knows.
		return new RegExp(search.text, `${flags}u`);
	} catch {
		try {
			return new RegExp(search.text, flags);
		} catch (error) {
			const reason = error instanceof Error ? error.message : String(error);
			return reason.slice(reason.lastIndexOf(': ') + 2).toLowerCase();
		}
	}
}

function rangesOf(expression: RegExp, text: string): readonly Range[] {
	const ranges: Range[] = [];
	for (const {index, 0: found} of text.matchAll(expression))
		if (found !== '') ranges.push([index, index + found.length]);
	return ranges;
}

function rangesOfText(needle: string, isExact: boolean, text: string): readonly Range[] {
	const haystack = isExact ? text : text.toLowerCase();
	// Lower case may change the length of a text, and then indexes do not match.
	if (haystack.length !== text.length) return [];
	const ranges: Range[] = [];
	for (let found = haystack.indexOf(needle); found !== -1; found = haystack.indexOf(needle, found + needle.length))
		ranges.push([found, found + needle.length]);
	return ranges;
}

const nothing: Matcher = {problem: undefined, isWanted: () => true, rangesIn: () => []};

function compile(search: Search): Matcher {
	const {text, isRegex, isInverse} = search;
	if (text === '') return nothing;
	if (isRegex) {
		const expression = compileExpression(search);
		if (typeof expression === 'string') return {...nothing, problem: expression};
		return {
			problem: undefined,
			isWanted(line) {
				expression.lastIndex = 0;
				return expression.test(plain(line)) !== isInverse;
			},
			rangesIn: line => (isInverse ? [] : rangesOf(expression, line)),
		};
	}
	const isExact = hasCapitals(search);
	const needle = isExact ? text : text.toLowerCase();
	return {
		problem: undefined,
		isWanted: line => (isExact ? plain(line) : plain(line).toLowerCase()).includes(needle) !== isInverse,
		rangesIn: line => (isInverse ? [] : rangesOfText(needle, isExact, line)),
	};
}

const compiled = new WeakMap<Search, Matcher>();

/** Prepares a search, once for each object. A regular expression may take forever: see `withinTime`. */
export function matcherOf(search: Search): Matcher {
	const known = compiled.get(search) ?? compile(search);
	compiled.set(search, known);
	return known;
}

/** Whether a search may take long on one line: an expression that repeats in more than one place. */
export const mayBeSlow = ({text, isRegex}: Search): boolean =>
	isRegex && (text.replace(/\\./gs, '').match(/[*+?{]/g)?.length ?? 0) > 1;
