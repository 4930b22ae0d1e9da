import {formatBytes} from '../../output/bytes.ts';
import {describeSearch} from '../../output/logs/search.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {displayWidth, truncate} from '../../output/width.ts';
import {indexOf} from './line-index.ts';
import type {LogPool} from './log-pool.ts';
import {countMatches, isFiltered, type PoolView} from './pool-view.ts';

/** The state of a log in a few words. Where there is no room, those with the highest numbers go first. */
export type NotePart = {readonly text: string; readonly priority: number};

/** Lines per second: `7/s`, `120/s`, `9.8k/s`. */
export function formatRate(rate: number): string {
	if (rate < 999.5) return `${Math.round(rate)}/s`;
	const thousands = rate / 1000;
	return `${thousands < 9.95 ? thousands.toFixed(1) : Math.round(thousands)}k/s`;
}

const formatCount = (count: number): string => count.toLocaleString('en-US');
const linesOf = (count: number): string => (count === 1 ? '1 line' : `${formatCount(count)} lines`);

type Sized = Pick<LogPool, 'size'>;

const sizes = new WeakMap<Sized, string>();

/** What the lines of a frozen pool cost. */
function costOf(frozen: Sized): string {
	const known = sizes.get(frozen);
	if (known !== undefined) return known;
	const {lines, bytes} = frozen.size();
	const cost = `${linesOf(lines)}, ${formatBytes(bytes)} kept`;
	sizes.set(frozen, cost);
	return cost;
}

type Situation = {
	/** Gets new lines. */
	readonly pool: LogPool;
	/** What is read: the pool, or its lines of the moment when the view was paused. */
	readonly shown: LogPool;
	readonly view: PoolView;
	/** New lines per second. */
	readonly rate: number;
};

function progressOf({pool, shown, view, rate}: Situation): NotePart[] {
	if (!pool.isLive) return [{text: linesOf(pool.next()), priority: 0}];
	return pauseParts({
		isPaused: view.end !== undefined,
		rate,
		count: pool.next() - view.pausedAt,
		frozen: shown === pool || shown.next() === 0 ? undefined : shown,
	});
}

type Pause = {
	readonly isPaused: boolean;
	/** New lines per second. */
	readonly rate: number;
	/** Lines that came since. */
	readonly count: number;
	readonly frozen: Sized | undefined;
};

/** Whether a log follows or is paused, how fast lines come, and what a pause costs. */
export function pauseParts({isPaused, rate, count, frozen}: Pause): NotePart[] {
	if (!isPaused)
		return [{text: 'following', priority: 0}, ...(rate >= 0.5 ? [{text: formatRate(rate), priority: 3}] : [])];
	return [
		{text: 'paused', priority: 0},
		...(rate >= 0.5 ? [{text: `+${formatRate(rate)}`, priority: 1}] : []),
		...(count > 0 ? [{text: `+${formatCount(count)} new`, priority: 4}] : []),
		...(frozen ? [{text: costOf(frozen), priority: 3}] : []),
	];
}

const levelNames = {debug: 'with a level', info: 'info and worse', warn: 'warnings and worse', error: 'errors'};

function choiceOf({shown, view}: Situation): NotePart[] {
	const {filter, search, level, stream, context} = view;
	const {problem, lines} = indexOf(shown, view);
	const {position, total} = search.text === '' ? {position: 0, total: 0} : countMatches(view, shown);
	const ofTotal = position > 0 ? `${formatCount(position)} of ${formatCount(total)}` : formatCount(total);
	const named = (text: string) => truncate(sanitiseLine(text), 30);
	return [
		...(problem === undefined
			? [
					...(search.text === '' ? [] : [{text: `${named(describeSearch(search))} ${ofTotal}`, priority: 1}]),
					...(filter.text === '' ? [] : [{text: `only ${named(describeSearch(filter))}`, priority: 2}]),
				]
			: [{text: `${named(describeSearch(search.isRegex ? search : filter))} ${problem}`, priority: 1}]),
		...(level === undefined ? [] : [{text: levelNames[level], priority: 2}]),
		...(stream === 'both' ? [] : [{text: `${stream} only`, priority: 2}]),
		...(isFiltered(view) && problem === undefined
			? [{text: linesOf(lines.filter(({isWanted}) => isWanted).length), priority: 5}]
			: []),
		...(isFiltered(view) && context > 0 ? [{text: `${context} lines around`, priority: 6}] : []),
	];
}

function droppedOf({shown, view}: Situation): NotePart[] {
	const dropped = shown.dropped();
	const isAtTop = view.end !== undefined && view.end - 200 <= shown.first() && dropped > 0;
	return isAtTop ? [{text: `${formatCount(dropped)} older lines dropped`, priority: 5}] : [];
}

/** What the title of a log says beside its name: what is searched and left out, whether it follows, how fast lines come, and what a pause costs. */
export const noteParts = (situation: Situation): readonly NotePart[] => [
	...choiceOf(situation),
	...droppedOf(situation),
	...progressOf(situation),
];

/** As many parts as fit, in their order. */
export function fitNote(parts: readonly NotePart[], columns: number, dot: string): string {
	const text = parts.map(part => part.text).join(` ${dot} `);
	if (parts.length <= 1 || displayWidth(text) <= columns) return text;
	const least = parts.reduce((worst, part) => (part.priority >= worst.priority ? part : worst));
	return fitNote(
		parts.filter(part => part !== least),
		columns,
		dot,
	);
}
