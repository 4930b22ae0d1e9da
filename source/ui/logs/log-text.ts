import {sanitiseLine} from '../../output/sanitise.ts';
import {displayWidth, padEnd, truncate} from '../../output/width.ts';
import type {LogPool, PooledLine} from './log-pool.ts';
import {wrapCells} from './log-view.ts';
import {createMatcher, linesInSight, type PoolView} from './pool-view.ts';

/** A part of a row; `source` and `time` precede the text. */
export type Span = {
	readonly type: 'source' | 'time' | 'mark' | 'text' | 'match';
	readonly text: string;
};

export type PoolRow = {
	readonly key: string;
	readonly line: PooledLine;
	/** Whether it is the current match. */
	readonly isMatch: boolean;
	readonly spans: readonly Span[];
};

/** Formats a line for copying, saving and paging: sanitised, without colour. */
export function plainLine(pool: LogPool): (line: PooledLine) => string {
	const isTagged = pool.sources().length > 1;
	return ({at, source, text}) =>
		[...(at === '' ? [] : [at]), ...(isTagged ? [`[${sanitiseLine(source)}]`] : []), sanitiseLine(text)].join(' ');
}

const pad = (value: number, length: number): string => String(value).padStart(length, '0');

/** Local time of day, to the millisecond. */
export function clockTime(at: string): string {
	const date = new Date(at);
	if (Number.isNaN(date.getTime())) return ''.padEnd(12);
	const seconds = `${pad(date.getHours(), 2)}:${pad(date.getMinutes(), 2)}:${pad(date.getSeconds(), 2)}`;
	return `${seconds}.${pad(date.getMilliseconds(), 3)}`;
}

const widestSource = 16;

type Options = {
	readonly columns: number;
	readonly rows: number;
	/** Whether to keep the log's own colours. */
	readonly isColoured: boolean;
	readonly vertical: string;
};

/** Splits a line at its matches. The line must be uncoloured, because its colours would clash with the highlights. */
function markMatches(text: string, query: string): Span[] {
	const isExact = query !== query.toLowerCase();
	const haystack = isExact ? text : text.toLowerCase();
	const needle = isExact ? query : query.toLowerCase();
	const spans: Span[] = [];
	let start = 0;
	// Lower case may change the length of a text, and then indexes do not match.
	for (let found = haystack.length === text.length ? haystack.indexOf(needle) : -1; found !== -1; ) {
		if (found > start) spans.push({type: 'text', text: text.slice(start, found)});
		start = found + needle.length;
		spans.push({type: 'match', text: text.slice(found, start)});
		found = haystack.indexOf(needle, start);
	}
	return start < text.length || spans.length === 0 ? [...spans, {type: 'text', text: text.slice(start)}] : spans;
}

/** The visible rows, sanitised and cut to the width. The cost depends only on the size of the view. */
export function poolRows(pool: LogPool, view: PoolView, options: Options): PoolRow[] {
	const {columns, rows, isColoured, vertical} = options;
	const sources = pool.sources();
	const isTagged = sources.length > 1 && view.source === undefined;
	const sourceColumns = Math.min(
		widestSource,
		Math.max(0, ...sources.map(source => displayWidth(sanitiseLine(source)))),
	);
	const prefixOf = ({at, source, stream}: PooledLine): Span[] => [
		...(view.hasTime ? [{type: 'time' as const, text: `${clockTime(at)} `}] : []),
		...(isTagged
			? [{type: 'source' as const, text: padEnd(truncate(sanitiseLine(source), sourceColumns), sourceColumns)}]
			: []),
		...(isTagged || stream === 'stderr'
			? [{type: 'mark' as const, text: `${isTagged ? ' ' : ''}${stream === 'stderr' ? '!' : vertical} `}]
			: []),
	];
	const isMatching = createMatcher(view.query);
	const result = linesInSight(pool, view, rows).flatMap((line): PoolRow[] => {
		const prefix = prefixOf(line);
		const prefixColumns = prefix.reduce((sum, {text}) => sum + displayWidth(text), 0);
		const room = Math.max(8, columns - prefixColumns);
		const isHit = view.query !== '' && isMatching(line.text);
		const bodyOf = (text: string): Span[] => (isHit ? markMatches(text, view.query) : [{type: 'text', text}]);
		const common = {line, isMatch: line.number === view.match};
		if (!view.isWrapped) {
			const options = {keepColour: isColoured && !isHit, maxLength: room * 4};
			const text = truncate(sanitiseLine(line.text, options), room);
			return [{...common, key: String(line.number), spans: [...prefix, ...bodyOf(text)]}];
		}
		const blank: Span = {type: 'text', text: ' '.repeat(prefixColumns)};
		return wrapCells(sanitiseLine(line.text), room).map((part, row) => ({
			...common,
			key: `${line.number}.${row}`,
			spans: [...(row === 0 ? prefix : [blank]), ...bodyOf(part)],
		}));
	});
	return result.slice(-rows);
}
