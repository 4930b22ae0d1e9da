import {stripEscapes} from '../../output/escape-sequences.ts';
import type {LogPool, PooledLine} from './log-pool.ts';

/** Which streams of a log are shown. */
export type StreamChoice = 'both' | 'stderr' | 'stdout';

/** Which lines of a pool are shown, and how. */
export type PoolView = {
	/** Number after the last visible line; undefined while following. */
	readonly end: number | undefined;
	/** Number of the next line when the view was paused. */
	readonly pausedAt: number;
	/** Undefined shows all sources. */
	readonly source: string | undefined;
	readonly stream: StreamChoice;
	/** The search text; empty without a search. */
	readonly query: string;
	/** Number of the line of the current match. */
	readonly match: number | undefined;
	/** Show only lines that match. */
	readonly isOnlyMatches: boolean;
	readonly isWrapped: boolean;
	readonly hasTime: boolean;
};

export const newPoolView: PoolView = {
	end: undefined,
	pausedAt: 0,
	source: undefined,
	stream: 'both',
	query: '',
	match: undefined,
	isOnlyMatches: false,
	isWrapped: false,
	hasTime: false,
};

/** Whether a line contains the text. Case matters only if the text has capitals. */
export function createMatcher(query: string): (text: string) => boolean {
	if (query === '') return () => false;
	const isExact = query !== query.toLowerCase();
	const wanted = isExact ? query : query.toLowerCase();
	return text => {
		const plain = text.includes('\u001B') ? stripEscapes(text) : text;
		return (isExact ? plain : plain.toLowerCase()).includes(wanted);
	};
}

/** Whether a line passes the filters of a view; undefined when all lines do. */
export function filterOf(view: PoolView): ((line: PooledLine) => boolean) | undefined {
	const {source, stream, isOnlyMatches, query} = view;
	const isMatch = isOnlyMatches && query !== '' ? createMatcher(query) : undefined;
	if (source === undefined && stream === 'both' && !isMatch) return undefined;
	return line =>
		(source === undefined || line.source === source) &&
		(stream === 'both' || line.stream === stream) &&
		(!isMatch || isMatch(line.text));
}

const paused = (view: PoolView, pool: LogPool, end: number): PoolView => ({
	...view,
	end,
	pausedAt: view.end === undefined ? pool.next() : view.pausedAt,
});

/** The visible lines of a view that is `rows` high. */
export function linesInSight(pool: LogPool, view: PoolView, rows: number): PooledLine[] {
	const isWanted = filterOf(view);
	const lines = pool.before(view.end ?? pool.next(), rows, isWanted);
	if (lines.length === rows || view.end === undefined) return lines;
	// The pool has dropped the lines of the paused view.
	return pool.from(pool.first(), rows, isWanted);
}

/** Scrolls a view by lines, up if negative; at the newest line it follows again. */
export function scrollPool(view: PoolView, pool: LogPool, by: number, rows: number): PoolView {
	const isWanted = filterOf(view);
	if (by === Number.POSITIVE_INFINITY) return {...view, end: undefined};
	const top = pool.from(pool.first(), rows, isWanted);
	if (top.length < rows) return {...view, end: undefined};
	// The pool may have dropped the lines of a paused view.
	const least = top.at(-1)!.number + 1;
	const end = Math.max(least, view.end ?? pool.next());
	if (by > 0) {
		if (view.end === undefined) return view;
		const lines = pool.from(end, by + 1, isWanted);
		return lines.length <= by ? {...view, end: undefined} : paused(view, pool, lines[by - 1]!.number + 1);
	}
	if (by === Number.NEGATIVE_INFINITY) return paused(view, pool, least);
	const lines = pool.before(end, 1 - by, isWanted);
	return paused(view, pool, Math.max(least, (lines[0]?.number ?? 0) + 1));
}

/** Pauses a view that follows, or makes it follow again. */
export const togglePoolFollow = (view: PoolView, pool: LogPool): PoolView =>
	view.end === undefined ? paused(view, pool, pool.next()) : {...view, end: undefined};

const furthest = 1_000_000;

/** Moves to the next match below (1) or above (-1) the current one; undefined when there is none. */
export function findMatch(view: PoolView, pool: LogPool, step: 1 | -1, rows: number): PoolView | undefined {
	const isMatch = createMatcher(view.query);
	const filter = filterOf(view);
	const isWanted = (line: PooledLine) => isMatch(line.text) && (!filter || filter(line));
	const from = view.match ?? (step === 1 ? (view.end ?? pool.next()) - 1 : (view.end ?? pool.next()));
	const [found] = step === 1 ? pool.from(from + 1, 1, isWanted) : pool.before(from, 1, isWanted);
	if (!found) return undefined;
	const shown = linesInSight(pool, view, rows);
	const isInSight = shown.some(({number}) => number === found.number);
	if (isInSight && view.end !== undefined) return {...view, match: found.number};
	// In the middle, so that the lines around it are visible.
	const after = pool.from(found.number, Math.max(1, Math.ceil(rows / 2)), filter);
	return {...paused(view, pool, (isInSight ? shown.at(-1)! : after.at(-1)!).number + 1), match: found.number};
}

type Found = {readonly key: string; readonly at: number; readonly version: number; readonly numbers: readonly number[]};

/** How long a count of the matches in a log that grows is good for: counting reads every line. */
const countedForMs = 1000;

const counted = new WeakMap<LogPool, Found>();

/**
 * The position of the current match, counted from the oldest line, and the number of matches. Counted once for a search, and
 * once a second while lines arrive, however often it is drawn.
 */
export function countMatches(
	view: PoolView,
	pool: LogPool,
	now = Date.now(),
): {readonly position: number; readonly total: number} {
	const {query, source, stream} = view;
	const key = JSON.stringify([query, source, stream]);
	let found = counted.get(pool);
	if (!found || found.key !== key || (found.version !== pool.next() && now - found.at >= countedForMs)) {
		const isMatch = createMatcher(query);
		const filter = filterOf(view);
		const lines = pool.from(pool.first(), furthest, line => isMatch(line.text) && (!filter || filter(line)));
		found = {key, at: now, version: pool.next(), numbers: lines.map(({number}) => number)};
		counted.set(pool, found);
	}
	return {position: found.numbers.indexOf(view.match ?? -1) + 1, total: found.numbers.length};
}

/** The number of lines, of all sources, since the view was paused. */
const countNewLines = (view: PoolView, pool: LogPool): number =>
	view.end === undefined ? 0 : pool.next() - view.pausedAt;

/** Every line that passes the filters, oldest first. */
export const allLines = (view: PoolView, pool: LogPool): PooledLine[] =>
	pool.from(pool.first(), furthest, filterOf(view));

/** The state of a view in a few words: its filters, and whether it follows or how far it is behind. */
export function describePoolView(view: PoolView, pool: LogPool): string {
	const count = countNewLines(view, pool);
	const lines = pool.next() === 1 ? '1 line' : `${pool.next().toLocaleString('en-US')} lines`;
	const behind = count === 0 ? 'paused' : `paused, +${count.toLocaleString('en-US')} new`;
	const progress = !pool.isLive ? lines : view.end === undefined ? 'following' : behind;
	return [
		...(view.stream === 'both' ? [] : [`${view.stream} only`]),
		...(view.isOnlyMatches && view.query !== '' ? ['only matches'] : []),
		progress,
	].join(', ');
}
