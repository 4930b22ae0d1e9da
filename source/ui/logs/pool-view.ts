import {stripEscapes} from '../../output/escape-sequences.ts';
import type {LogPool, PooledLine} from './log-pool.ts';

/** Which streams of a log are shown. */
export type StreamChoice = 'both' | 'stderr' | 'stdout';

/** Which lines of a pool are looked at, and how. */
export type PoolView = {
	/** Number after the last line in sight; undefined: the newest line, following. */
	readonly end: number | undefined;
	/** Number of the next line when it was paused. */
	readonly pausedAt: number;
	/** Undefined: all. */
	readonly source: string | undefined;
	readonly stream: StreamChoice;
	/** What is searched for; empty: nothing. */
	readonly query: string;
	/** Number of the line that the search stands on. */
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

/** Whether a line has the text; capitals in the text make capitals matter. */
export function createMatcher(query: string): (text: string) => boolean {
	if (query === '') return () => false;
	const isExact = query !== query.toLowerCase();
	const wanted = isExact ? query : query.toLowerCase();
	return text => {
		const plain = text.includes('\u001B') ? stripEscapes(text) : text;
		return (isExact ? plain : plain.toLowerCase()).includes(wanted);
	};
}

/** Whether a line passes the filters of a view; undefined when all do. */
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

/** The lines in sight when the view is `rows` high. */
export function linesInSight(pool: LogPool, view: PoolView, rows: number): PooledLine[] {
	const isWanted = filterOf(view);
	const lines = pool.before(view.end ?? pool.next(), rows, isWanted);
	if (lines.length === rows || view.end === undefined) return lines;
	// What a paused view stood on fell out of the pool.
	return pool.from(pool.first(), rows, isWanted);
}

/** Moves a view by lines, up with a negative number; at the newest line it follows again. */
export function scrollPool(view: PoolView, pool: LogPool, by: number, rows: number): PoolView {
	const isWanted = filterOf(view);
	if (by === Number.POSITIVE_INFINITY) return {...view, end: undefined};
	const top = pool.from(pool.first(), rows, isWanted);
	if (top.length < rows) return {...view, end: undefined};
	// What a paused view stood on may have fallen out of the pool.
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

/** Pauses a view that follows, or lets it follow again. */
export const togglePoolFollow = (view: PoolView, pool: LogPool): PoolView =>
	view.end === undefined ? paused(view, pool, pool.next()) : {...view, end: undefined};

const furthest = 1_000_000;

/** To the nearest match below (1) or above (-1) the one that the search stands on; undefined when there is none. */
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
	// In the middle, so that what came before and after is seen too.
	const after = pool.from(found.number, Math.max(1, Math.ceil(rows / 2)), filter);
	return {...paused(view, pool, (isInSight ? shown.at(-1)! : after.at(-1)!).number + 1), match: found.number};
}

/** Which match the search stands on, counted from the oldest line, and how many there are. */
export function countMatches(view: PoolView, pool: LogPool): {readonly place: number; readonly total: number} {
	const isMatch = createMatcher(view.query);
	const filter = filterOf(view);
	const found = pool.from(pool.first(), furthest, line => isMatch(line.text) && (!filter || filter(line)));
	return {place: found.findIndex(({number}) => number === view.match) + 1, total: found.length};
}

/** How many lines came since the view was paused, in whatever source. */
export const countNewLines = (view: PoolView, pool: LogPool): number =>
	view.end === undefined ? 0 : pool.next() - view.pausedAt;

/** Every line that passes the filters, oldest first. */
export const allLines = (view: PoolView, pool: LogPool): PooledLine[] =>
	pool.from(pool.first(), furthest, filterOf(view));

/** Whether a view follows, what it leaves out, and how far it is behind, in a few words. */
export function describePoolView(view: PoolView, pool: LogPool): string {
	const count = countNewLines(view, pool);
	const lines = pool.next() === 1 ? '1 line' : `${pool.next().toLocaleString('en-US')} lines`;
	const behind = count === 0 ? 'paused' : `paused, +${count.toLocaleString('en-US')} new`;
	const place = !pool.isLive ? lines : view.end === undefined ? 'following' : behind;
	return [
		...(view.stream === 'both' ? [] : [`${view.stream} only`]),
		...(view.isOnlyMatches && view.query !== '' ? ['only matches'] : []),
		place,
	].join(', ');
}
