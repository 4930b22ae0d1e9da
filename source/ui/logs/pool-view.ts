import {noSearch} from '../../output/logs/search.ts';
import {groupsBefore, groupsFrom, indexOf, type LineChoice, type LineGroup, type LineIndex} from './line-index.ts';
import type {LogPool, PooledLine} from './log-pool.ts';

/** Which lines of a pool are shown, and how. */
export type PoolView = LineChoice & {
	/** Number after the last visible line; undefined while following. */
	readonly end: number | undefined;
	/** Number of the next line when the view was paused. */
	readonly pausedAt: number;
	/** Number of the selected line; undefined while following. */
	readonly cursor: number | undefined;
	/** Numbers of the lines that are shown with all their fields. */
	readonly unfolded: readonly number[];
	/** Whether a repeated line is shown once. */
	readonly isCollapsed: boolean;
	readonly isWrapped: boolean;
	readonly hasTime: boolean;
};

export const newPoolView: PoolView = {
	end: undefined,
	pausedAt: 0,
	cursor: undefined,
	off: [],
	stream: 'both',
	filter: noSearch,
	level: undefined,
	context: 0,
	search: noSearch,
	unfolded: [],
	isCollapsed: true,
	isWrapped: false,
	hasTime: false,
};

/** Whether a view leaves lines out because of what they say. */
export const isFiltered = ({filter, level}: LineChoice): boolean => filter.text !== '' || level !== undefined;

const groupingOf = (view: PoolView, pool: LogPool) => ({pool, isCollapsed: view.isCollapsed});

/** Pauses a view below a line, with the cursor on one. */
const paused = (
	view: PoolView,
	pool: LogPool,
	last: LineGroup | undefined,
	cursor: LineGroup | undefined,
): PoolView => ({
	...view,
	end: (last?.line.number ?? pool.next() - 1) + 1,
	cursor: cursor?.line.number,
	pausedAt: view.end === undefined ? pool.next() : view.pausedAt,
});

const following = (view: PoolView): PoolView => ({...view, end: undefined, cursor: undefined});

/** The visible lines of a view that is `rows` high, repeated ones as one group. */
export function groupsInSight(pool: LogPool, view: PoolView, rows: number): LineGroup[] {
	const index = indexOf(pool, view);
	const grouping = groupingOf(view, pool);
	const groups = groupsBefore(index, view.end ?? pool.next(), rows, grouping);
	if (view.end === undefined) return groups;
	// There are fewer lines above, or the filter has changed since the view was paused.
	const full = groups.length === rows ? groups : groupsFrom(index, 0, rows, grouping);
	const {cursor} = view;
	if (cursor === undefined || full.length === 0 || full[0]!.lines[0]!.number <= cursor) return full;
	// The view is lower than the one in which the cursor was moved.
	const [selected] = groupsBefore(index, cursor + 1, 1, grouping);
	return groupsFrom(index, selected?.lines[0]?.number ?? 0, rows, grouping);
}

/** The visible lines, with every repeated one. */
export const linesInSight = (pool: LogPool, view: PoolView, rows: number): PooledLine[] =>
	groupsInSight(pool, view, rows).flatMap(({lines}) => lines);

const covers = ({lines}: LineGroup, number: number): boolean =>
	lines[0]!.number <= number && number <= lines.at(-1)!.number;

/** The position of the selected line among the visible ones, or of the one nearest to it; -1 while following. */
export function cursorAmong(groups: readonly LineGroup[], {cursor}: PoolView): number {
	if (cursor === undefined) return -1;
	const exact = groups.findIndex(group => covers(group, cursor));
	if (exact !== -1) return exact;
	const before = groups.findLastIndex(({line}) => line.number < cursor);
	return Math.min(groups.length - 1, Math.max(0, before));
}

/**
 * Moves the cursor by lines, up if negative. The view moves as far as it must, with `isPage` as far as the cursor. Below
 * the newest line it follows again.
 */
export function moveInPool(view: PoolView, pool: LogPool, by: number, rows: number, isPage = false): PoolView {
	const index = indexOf(pool, view);
	const grouping = groupingOf(view, pool);
	if (by === Number.POSITIVE_INFINITY || (by > 0 && view.end === undefined)) return following(view);
	if (by === Number.NEGATIVE_INFINITY) {
		const top = groupsFrom(index, 0, rows, grouping);
		return top.length === 0 ? view : paused(view, pool, top.at(-1), top[0]);
	}
	const sight = groupsInSight(pool, view, rows);
	if (sight.length === 0) return view;
	const above = groupsBefore(index, sight[0]!.lines[0]!.number, -by, grouping);
	const below = groupsFrom(index, sight.at(-1)!.line.number + 1, by, grouping);
	const all = [...above, ...sight, ...below];
	const at = above.length + (view.end === undefined ? sight.length - 1 : cursorAmong(sight, view));
	if (at + by >= all.length) return following(view);
	const target = Math.max(0, at + by);
	const start = isPage
		? Math.max(0, Math.min(above.length + by, all.length - sight.length))
		: Math.min(Math.max(above.length, target - sight.length + 1), target);
	return paused(view, pool, all[start + sight.length - 1], all[target]);
}

/** Pauses a view that follows, with the cursor on the newest line, or makes it follow again. */
export function togglePoolFollow(view: PoolView, pool: LogPool): PoolView {
	if (view.end !== undefined) return following(view);
	const [newest] = groupsBefore(indexOf(pool, view), pool.next(), 1, groupingOf(view, pool));
	return paused(view, pool, newest, newest);
}

/** Moves to the next match below (1) or above (-1) the cursor; undefined when there is none. */
export function findMatch(view: PoolView, pool: LogPool, step: 1 | -1, rows: number): PoolView | undefined {
	const index = indexOf(pool, view);
	const grouping = groupingOf(view, pool);
	const sight = groupsInSight(pool, view, rows);
	const current = sight[cursorAmong(sight, view)];
	const from = current ? (step === 1 ? current.line.number : current.lines[0]!.number) : pool.next();
	const isNext = ({line, isFound}: LineIndex['lines'][number]) =>
		isFound && (step === 1 ? line.number > from : line.number < from);
	const found = step === 1 ? index.lines.find(isNext) : index.lines.findLast(isNext);
	if (!found) return undefined;
	const seen = sight.find(group => covers(group, found.line.number));
	if (seen) return paused(view, pool, sight.at(-1), seen);
	// In the middle, so that the lines around it are visible.
	const after = groupsFrom(index, found.line.number, Math.max(1, Math.ceil(rows / 2)), grouping);
	return {...paused(view, pool, after.at(-1), undefined), cursor: found.line.number};
}

/** The number of matches of the search, and the position of the one under the cursor, counted from the oldest; 0 on another line. */
export function countMatches(view: PoolView, pool: LogPool): {readonly position: number; readonly total: number} {
	const {cursor = -1} = view;
	let [position, total, isOn] = [0, 0, false];
	for (const {line, isFound} of indexOf(pool, view).lines) {
		if (!isFound) continue;
		total++;
		if (line.number <= cursor) position = total;
		if (line.number === cursor) isOn = true;
	}
	return {position: isOn ? position : 0, total};
}

/** Shows the line under the cursor with all its fields, or folded again. A view that follows is paused at the newest line. */
export function toggleFold(view: PoolView, pool: LogPool, rows: number): PoolView | undefined {
	const stopped = view.end === undefined ? togglePoolFollow(view, pool) : view;
	const sight = groupsInSight(pool, stopped, rows);
	const number = sight[cursorAmong(sight, stopped)]?.line.number;
	if (number === undefined) return undefined;
	const unfolded = view.unfolded.includes(number)
		? view.unfolded.filter(each => each !== number)
		: [...view.unfolded, number];
	return {...stopped, cursor: number, unfolded};
}

/** Every line that the view shows, oldest first, with every repeated one. */
export const allLines = (view: PoolView, pool: LogPool): PooledLine[] =>
	indexOf(pool, view)
		.lines.map(({line}) => line)
		.filter(line => pool.keeps(line));

/** The sources that are shown. */
export const sourcesOn = (pool: LogPool, {off}: LineChoice): readonly string[] =>
	pool.sources().filter(source => !off.includes(source));

/** The source that is shown alone after the one that is now, or before it; undefined, for all of them, is one of the choices. */
export function nextSource(pool: LogPool, view: LineChoice, by: 1 | -1): string | undefined {
	const sources: readonly (string | undefined)[] = [undefined, ...pool.sources()];
	const on = sourcesOn(pool, view);
	const index = view.off.length > 0 && on.length === 1 ? sources.indexOf(on[0]) : 0;
	return sources.at((index + by) % sources.length);
}
