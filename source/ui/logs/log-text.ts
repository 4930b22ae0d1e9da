import {createLevelReader, isContinuation, type Level, levelIn} from '../../output/logs/level.ts';
import {matcherOf} from '../../output/logs/search.ts';
import {foldFields, parseStructured, type Structured, unfoldFields} from '../../output/logs/structured.ts';
import {withinTime} from '../../output/logs/within-time.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {displayWidth, padEnd, truncate} from '../../output/width.ts';
import {indexOf, type LineGroup, type LineIndex} from './line-index.ts';
import type {LogPool, PooledLine} from './log-pool.ts';
import {wrapCells} from './log-view.ts';
import {cursorAmong, groupsInSight, type PoolView, sourcesOn} from './pool-view.ts';

/** A part of a row; `cursor`, `time`, `source` and `mark` precede the text. */
export type Span = {
	readonly type: 'cursor' | 'time' | 'source' | 'mark' | 'text' | 'match' | 'field' | 'count' | 'gap';
	readonly text: string;
};

export type PoolRow = {
	readonly key: string;
	readonly line: PooledLine;
	readonly level: Level | undefined;
	/** Whether the cursor is on it. */
	readonly isSelected: boolean;
	/** Whether it is shown only because it is near a line that matches. */
	readonly isContext: boolean;
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
	readonly glyphs: {
		readonly isUnicode: boolean;
		readonly vertical: string;
		readonly separator: string;
		readonly ellipsis: string;
		readonly rule: string;
	};
};

/** How far back a line looks for the one that it belongs to. */
const longestTrace = 50;

/** The level of a line, or of the line before that it belongs to. */
function levelOf(index: LineIndex, {lines}: LineGroup): Level | undefined {
	const [line] = lines;
	if (!line) return undefined;
	const level = levelIn(line.text);
	if (level !== undefined || !isContinuation(line.text)) return level;
	const last = index.lines.findLastIndex(each => each.line.number <= line.number);
	const near = index.lines.slice(Math.max(0, last - longestTrace), last + 1);
	const read = createLevelReader();
	return near.map(each => read(each.line)).at(-1);
}

const levelMarks: Readonly<Record<Level, string | undefined>> = {error: 'E', warn: 'W', info: undefined, debug: 'D'};

/** Splits a text at its matches. It must be uncoloured, because its colours would clash with the highlights. */
function markMatches(
	text: string,
	type: 'text' | 'field',
	rangesIn: (text: string) => readonly (readonly [number, number])[],
) {
	const spans: Span[] = [];
	let from = 0;
	for (const [start, end] of rangesIn(text)) {
		if (start > from) spans.push({type, text: text.slice(from, start)});
		spans.push({type: 'match', text: text.slice(start, end)});
		from = end;
	}
	return from < text.length || spans.length === 0 ? [...spans, {type, text: text.slice(from)}] : spans;
}

/** Cuts a text to a number of cells. */
type Cut = (text: string, columns: number) => string;

type Mark = (text: string, type?: 'text' | 'field') => readonly Span[];

const unmarked: Mark = (text, type = 'text') => [{type, text}];

/** Splits `key: value`, however much it is indented. */
const labelled = /^(\s*(?:- )?[^:]*:)(.*)$/s;

/** The rows of a line with all its fields. */
function unfoldedRows(
	line: PooledLine,
	structured: Structured | undefined,
	room: number,
	mark: Mark,
): readonly (readonly Span[])[] {
	if (!structured) return wrapCells(sanitiseLine(line.text), room).map(part => mark(part));
	const message =
		structured.message === ''
			? []
			: structured.message.split('\n').flatMap(part => wrapCells(sanitiseLine(part), room));
	const fields = unfoldFields(structured).flatMap(field =>
		wrapCells(`  ${sanitiseLine(field)}`, room).map((part, row): readonly Span[] => {
			const [, label, value] = (row === 0 && labelled.exec(part)) || [];
			return label === undefined ? mark(part) : [{type: 'field', text: label}, ...(value ? mark(value) : [])];
		}),
	);
	return [...message.map(part => mark(part)), ...fields];
}

/** A JSON line in one row: its message, and as many of its fields as fit. */
function foldedRow({message, fields}: Structured, room: number, cut: Cut, mark: Mark): readonly Span[] {
	const start = cut(sanitiseLine(message, {maxLength: room * 4}), room);
	const left = room - displayWidth(start) - (start === '' ? 0 : 2);
	if (left < 4) return mark(start);
	const end = cut(sanitiseLine(foldFields({message, fields}, left), {maxLength: left * 4}), left);
	if (end === '') return mark(start);
	return [...(start === '' ? [] : [...mark(start), {type: 'text', text: '  '} as const]), ...mark(end, 'field')];
}

/** The rows of one group of lines. */
function createRowsOf(pool: LogPool, view: PoolView, {columns, isColoured, glyphs}: Options, isMarking: boolean) {
	const index = indexOf(pool, view);
	const isSearched = index.search.text !== '';
	const {rangesIn} = matcherOf(isSearched ? index.search : index.filter);
	const isTagged = pool.sources().length > 1 && sourcesOn(pool, view).length !== 1;
	const cut: Cut = (text, columns) => truncate(text, columns, glyphs.ellipsis);
	const tags = pool.sources().map(source => displayWidth(sanitiseLine(source)));
	const tagColumns = Math.min(widestSource, Math.max(0, ...tags));

	const prefixOf = ({line: {at, source, stream}}: LineGroup, level: Level | undefined, isSelected: boolean): Span[] => {
		const isUnclear = level === undefined && stream === 'stderr';
		const mark = (level && levelMarks[level]) ?? (isUnclear ? '!' : isTagged ? glyphs.vertical : undefined);
		const cursor = isSelected ? `${glyphs.separator} ` : '  ';
		return [
			...(view.end === undefined ? [] : [{type: 'cursor' as const, text: cursor}]),
			...(view.hasTime ? [{type: 'time' as const, text: `${clockTime(at)} `}] : []),
			...(isTagged ? [{type: 'source' as const, text: padEnd(cut(sanitiseLine(source), tagColumns), tagColumns)}] : []),
			...(mark === undefined ? [] : [{type: 'mark' as const, text: `${isTagged ? ' ' : ''}${mark} `}]),
		];
	};

	return (group: LineGroup, isSelected: boolean): PoolRow[] => {
		const {line, isAfterGap, isWanted, isFound, lines} = group;
		const level = levelOf(index, group);
		const prefix = prefixOf(group, level, isSelected);
		const prefixColumns = prefix.reduce((sum, {text}) => sum + displayWidth(text), 0);
		const count = lines.length === 1 ? '' : ` ${glyphs.isUnicode ? '×' : 'x'}${lines.length.toLocaleString('en-US')}`;
		const room = Math.max(8, columns - prefixColumns);
		const isHit = isMarking && (isSearched ? isFound : index.filter.text !== '' && isWanted);
		const mark: Mark = isHit ? (text, type = 'text') => markMatches(text, type, rangesIn) : unmarked;
		const structured = parseStructured(line.text);
		const isUnfolded = view.unfolded.includes(line.number);
		const bodies = (): readonly (readonly Span[])[] => {
			if (isUnfolded) return unfoldedRows(line, structured, room, mark);
			const left = Math.max(4, room - count.length);
			if (structured) return [foldedRow(structured, left, cut, mark)];
			if (view.isWrapped) return wrapCells(sanitiseLine(line.text), left).map(part => mark(part));
			const keepColour = isColoured && !isHit && isWanted;
			return [mark(cut(sanitiseLine(line.text, {keepColour, maxLength: left * 4}), left))];
		};
		const common = {line, level, isSelected, isContext: !isWanted};
		const blank: Span = {type: 'text', text: ' '.repeat(prefixColumns)};
		const gap: Span = {type: 'gap', text: glyphs.rule.repeat(3)};
		return [
			...(isAfterGap ? [{...common, isSelected: false, key: `${line.number} gap`, spans: [gap]}] : []),
			...bodies().map((body, row) => ({
				...common,
				key: `${line.number}.${row}`,
				spans: [
					...(row > 0 ? [blank] : prefix),
					...body,
					...(row === 0 && count !== '' ? [{type: 'count', text: count} as const] : []),
				],
			})),
		];
	};
}

function drawRows(pool: LogPool, view: PoolView, options: Options, isMarking: boolean): PoolRow[] {
	const {rows} = options;
	const groups = groupsInSight(pool, view, rows);
	const cursor = cursorAmong(groups, view);
	const rowsOf = createRowsOf(pool, view, options, isMarking);
	const drawn = groups.map((group, index) => rowsOf(group, index === cursor));
	const all = drawn.flat();
	const top = Math.max(0, all.length - rows);
	// The selected line stays in sight, from its first row on, however many rows the lines below it take.
	const selected = cursor === -1 ? top : drawn.slice(0, cursor).flat().length;
	return all.slice(Math.min(top, selected)).slice(0, rows);
}

/** How long an expression may take to mark its matches in the visible rows. */
const slowMs = 100;

/** The visible rows, sanitised and cut to the width. The cost depends only on the size of the view. */
export function poolRows(pool: LogPool, view: PoolView, options: Options): PoolRow[] {
	const {filter, search} = indexOf(pool, view);
	if (!filter.isRegex && !search.isRegex) return drawRows(pool, view, options, true);
	return withinTime(slowMs, () => drawRows(pool, view, options, true))?.value ?? drawRows(pool, view, options, false);
}
