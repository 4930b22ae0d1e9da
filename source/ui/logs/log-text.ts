import {sanitiseLine} from '../../output/sanitise.ts';
import {displayWidth, padEnd, truncate} from '../../output/width.ts';
import type {LogPool, PooledLine} from './log-pool.ts';
import {wrapCells} from './log-view.ts';
import {createMatcher, linesInSight, type PoolView} from './pool-view.ts';

/** A stretch of a row; `source` and `time` stand before the text. */
export type Span = {
	readonly type: 'source' | 'time' | 'mark' | 'text' | 'match';
	readonly text: string;
};

export type PoolRow = {
	readonly key: string;
	readonly line: PooledLine;
	/** Whether the search stands on it. */
	readonly isMatch: boolean;
	readonly spans: readonly Span[];
};

/** One line as it is copied, saved and paged: sanitised, without colour. */
export function plainLine(pool: LogPool): (line: PooledLine) => string {
	const isTagged = pool.sources().length > 1;
	return ({at, source, text}) =>
		[...(at === '' ? [] : [at]), ...(isTagged ? [`[${sanitiseLine(source)}]`] : []), sanitiseLine(text)].join(' ');
}

const pad = (value: number, length: number): string => String(value).padStart(length, '0');

/** Time of the day here, to the millisecond. */
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
	/** Whether colours of the foreign text survive. */
	readonly isColoured: boolean;
	readonly vertical: string;
};

/** A line's text with its matches apart. Where something is marked, the text's own colours would disturb. */
function markMatches(text: string, query: string): Span[] {
	const isExact = query !== query.toLowerCase();
	const haystack = isExact ? text : text.toLowerCase();
	const needle = isExact ? query : query.toLowerCase();
	const spans: Span[] = [];
	let place = 0;
	// Lower case may change a text's length, and then places mean nothing.
	for (let found = haystack.length === text.length ? haystack.indexOf(needle) : -1; found !== -1; ) {
		if (found > place) spans.push({type: 'text', text: text.slice(place, found)});
		place = found + needle.length;
		spans.push({type: 'match', text: text.slice(found, place)});
		found = haystack.indexOf(needle, place);
	}
	return place < text.length || spans.length === 0 ? [...spans, {type: 'text', text: text.slice(place)}] : spans;
}

/** The rows in sight, sanitised and cut to the width. Its cost depends on the size of the view only. */
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
