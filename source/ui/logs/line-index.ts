import {createChooser} from '../../output/logs/chooser.ts';
import type {Level} from '../../output/logs/level.ts';
import {isRepeat} from '../../output/logs/repeats.ts';
import {matcherOf, noSearch, type Search} from '../../output/logs/search.ts';
import {createSieve, type Sieved} from '../../output/logs/sieve.ts';
import {withinTime} from '../../output/logs/within-time.ts';
import type {LogPool, PooledLine} from './log-pool.ts';

/** Which streams of a log are shown. */
export type StreamChoice = 'both' | 'stderr' | 'stdout';

/** Which lines of a pool are shown, and which of them a search finds. */
export type LineChoice = {
	/** Sources that are not shown. */
	readonly off: readonly string[];
	readonly stream: StreamChoice;
	/** Only lines that match are shown. */
	readonly filter: Search;
	/** The least level that is shown; undefined shows all lines. */
	readonly level: Level | undefined;
	/** Number of lines that are shown before and after those that match the filter and the level. */
	readonly context: number;
	readonly search: Search;
};

/** A line that a view shows. */
export type IndexedLine = Sieved<PooledLine> & {
	/** Whether the search finds it. */
	readonly isFound: boolean;
};

/** The lines of a pool that a view shows. Each line is looked at once, however often it is drawn. */
export type LineIndex = {
	/** Oldest first. Some that the pool has dropped are still there. */
	readonly lines: readonly IndexedLine[];
	/** The filter and the search that were used: none that is invalid or takes too long. */
	readonly filter: Search;
	readonly search: Search;
	/** Why one of them was not used. */
	readonly problem: string | undefined;
};

type Growing = LineIndex & {
	readonly key: string;
	lines: IndexedLine[];
	/** Number of the next line to look at. */
	next: number;
	/** When the index is longer, dropped lines are removed. */
	limit: number;
	readonly add: (line: PooledLine) => void;
};

/** How long the expressions of a view may take with the lines that are new to it. */
const slowMs = 500;

const keyOf = ({off, stream, filter, level, context, search}: LineChoice): string =>
	JSON.stringify([off, stream, filter, level, context, search]);

function begin(choice: LineChoice, problem: string | undefined): Growing {
	const {off, stream, level, context} = choice;
	const [filter, search] = problem === undefined ? [choice.filter, choice.search] : [noSearch, noSearch];
	const sieve = createSieve<PooledLine>(context, createChooser({filter, level}));
	const {isWanted: isFound} = matcherOf(search);
	const isSearched = search.text !== '';
	const index: Growing = {
		key: keyOf(choice),
		lines: [],
		filter,
		search,
		problem: problem ?? matcherOf(filter).problem ?? matcherOf(search).problem,
		next: 0,
		limit: 0,
		add(line) {
			if (off.includes(line.source) || (stream !== 'both' && line.stream !== stream)) return;
			for (const passed of sieve(line)) index.lines.push({...passed, isFound: isSearched && isFound(passed.line.text)});
		},
	};
	return index;
}

const everything = Number.POSITIVE_INFINITY;

function readNew(index: Growing, pool: LogPool): void {
	if (index.next === pool.next()) return;
	for (const line of pool.from(index.next, everything)) index.add(line);
	index.next = pool.next();
	if (index.lines.length <= index.limit) return;
	index.lines = index.lines.filter(({line}) => pool.keeps(line));
	index.limit = Math.max(1000, index.lines.length * 2);
}

/** Reads what is new to an index; an expression that takes too long is left out from then on. */
function extend(index: Growing, pool: LogPool, choice: LineChoice): Growing {
	const hasExpression = index.filter.isRegex || index.search.isRegex;
	if (!hasExpression || withinTime(slowMs, () => readNew(index, pool))) {
		if (!hasExpression) readNew(index, pool);
		return index;
	}
	const plain = begin(choice, 'takes too long');
	readNew(plain, pool);
	return plain;
}

const indexes = new WeakMap<LogPool, Growing>();

/** The lines of a pool that a view shows, those included that have just come. */
export function indexOf(pool: LogPool, choice: LineChoice): LineIndex {
	const known = indexes.get(pool);
	const index = extend(known?.key === keyOf(choice) ? known : begin(choice, undefined), pool, choice);
	indexes.set(pool, index);
	return index;
}

/** Gives a copy of a pool what is known of the lines of the pool, so that they are not looked at again. */
export function inheritIndex(copy: LogPool, pool: LogPool): void {
	const index = indexes.get(pool);
	if (index && index.next === copy.next())
		indexes.set(copy, {...index, lines: index.lines.filter(({line}) => copy.keeps(line))});
}

/** Lines that are drawn as one: a repeated line, or a single one. */
export type LineGroup = Sieved<PooledLine> & {
	/** All of them, the oldest first; `line` is the newest. */
	readonly lines: readonly PooledLine[];
	readonly isFound: boolean;
};

const groupOf = (lines: readonly IndexedLine[]): LineGroup => ({
	...lines.at(-1)!,
	isAfterGap: lines[0]!.isAfterGap,
	isFound: lines.some(({isFound}) => isFound),
	lines: lines.map(({line}) => line),
});

const isOneGroup = (before: IndexedLine, {line, isAfterGap, isWanted}: IndexedLine): boolean =>
	!isAfterGap && before.isWanted === isWanted && isRepeat(before.line, line);

/** The position of the first line with at least this number. */
function positionOf(lines: readonly IndexedLine[], number: number): number {
	let [low, high] = [0, lines.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if (lines[middle]!.line.number < number) low = middle + 1;
		else high = middle;
	}
	return low;
}

type Grouping = {readonly pool: LogPool; readonly isCollapsed: boolean};

/** Up to `count` groups in one direction, beginning at a position. Lines that the pool has dropped are omitted. */
function groups(
	lines: readonly IndexedLine[],
	start: number,
	step: 1 | -1,
	count: number,
	{pool, isCollapsed}: Grouping,
) {
	const found: LineGroup[] = [];
	let group: IndexedLine[] = [];
	const close = () => {
		if (group.length > 0) found.push(groupOf(step === 1 ? group : group.reverse()));
		group = [];
	};
	for (let position = start; position >= 0 && position < lines.length; position += step) {
		const line = lines[position]!;
		if (!pool.keeps(line.line)) continue;
		const previous = group.at(-1);
		const isSame = isCollapsed && previous && (step === 1 ? isOneGroup(previous, line) : isOneGroup(line, previous));
		if (!isSame) {
			close();
			if (found.length >= count) return step === 1 ? found : found.reverse();
		}
		group.push(line);
	}
	close();
	return step === 1 ? found.slice(0, count) : found.slice(0, count).reverse();
}

/** The last `count` groups of lines with a number below `end`, oldest first. */
export const groupsBefore = ({lines}: LineIndex, end: number, count: number, grouping: Grouping): LineGroup[] =>
	count <= 0 ? [] : groups(lines, positionOf(lines, end) - 1, -1, count, grouping);

/** The first `count` groups of lines with a number of at least `start`. */
export const groupsFrom = ({lines}: LineIndex, start: number, count: number, grouping: Grouping): LineGroup[] =>
	count <= 0 ? [] : groups(lines, positionOf(lines, start), 1, count, grouping);
