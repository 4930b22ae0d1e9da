import {Box, Text} from 'ink';
import {memo} from 'react';
import type {Level} from '../../output/logs/level.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {displayWidth} from '../../output/width.ts';
import type {FrameClock} from '../parts/frame-clock.ts';
import {Pane, paneFrame} from '../parts/pane.tsx';
import {type Look, looks} from '../parts/theme.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';
import {useStore} from '../parts/use-store.ts';
import {fitHead, type Head} from './failure-lines.ts';
import {fitNote, noteParts} from './log-note.ts';
import type {LogState} from './log-store.ts';
import {type PoolRow, poolRows, type Span} from './log-text.ts';
import {isFiltered} from './pool-view.ts';
import {useRate} from './use-rate.ts';

type Props = {
	readonly title: string;
	readonly state: LogState;
	/** Shown above the lines. */
	readonly head?: Head;
	/** Shown while there are no lines. */
	readonly empty: string;
	readonly clock: FrameClock;
	readonly isColoured: boolean;
	readonly isFocused: boolean;
	/** Without a border. */
	readonly isFrameless?: boolean;
	readonly columns: number;
	readonly rows: number;
};

/** The number of lines in a pane that is `rows` high. */
export const poolRowsIn = (rows: number): number => Math.max(1, rows - paneFrame.rows);

/** The log of one or several sources. Draws only the visible lines. */
export function PoolPane(props: Props) {
	const {title, state, head, empty, clock, isColoured, isFocused, isFrameless = false, columns, rows} = props;
	const {pool, shown, view} = state;
	useStore(pool);
	const rate = useRate(pool, clock);
	const glyphs = useGlyphs();
	const {adapt, dot} = glyphs;
	const inner = isFrameless ? {columns, rows} : {columns: columns - paneFrame.columns, rows: rows - paneFrame.rows};
	const rowsIn = (height: number) => poolRows(shown, view, {...inner, rows: height, isColoured, glyphs});
	const all = rowsIn(inner.rows);
	const headRows = head ? fitHead(head, {...inner, wanted: all.length}, adapt) : [];
	const lines = headRows.length + all.length <= inner.rows ? all : rowsIn(inner.rows - headRows.length);
	const sources = shown.sources();
	const content = (
		<>
			{headRows.map(({text, look}, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their position
				<Text key={index} {...looks[look]} wrap="truncate">
					{text === '' ? ' ' : text}
				</Text>
			))}
			{lines.length === 0 && headRows.length === 0 && (
				<Text {...looks.secondary} wrap="truncate">
					{adapt(sanitiseLine(emptyText(state) ?? empty))}
				</Text>
			)}
			{lines.map(row => (
				<Row key={row.key} row={row} sourceIndex={sources.indexOf(row.line.source)} />
			))}
		</>
	);
	// The name of the log goes first when there is no room for both.
	const room = Math.max(columns - 12 - Math.min(24, displayWidth(title)), 24);
	const note = fitNote(noteParts({pool, shown, view, rate}), room, dot);
	if (isFrameless)
		return (
			<Box flexDirection="column" width={columns} height={rows}>
				{content}
			</Box>
		);
	return (
		<Pane columns={columns} rows={rows} title={title} note={note} isFocused={isFocused}>
			{content}
		</Pane>
	);
}

/** Why no line is visible, although there are some or may be. */
function emptyText({pool, view}: LogState): string | undefined {
	if (!pool.isRead()) return 'Loading…';
	if (pool.next() === 0) return undefined;
	if (pool.sources().every(source => view.off.includes(source))) return 'No service or resource is chosen.';
	if (isFiltered(view)) return 'No matching lines yet.';
	if (view.stream === 'both') return undefined;
	return `Nothing on standard ${view.stream === 'stderr' ? 'error' : 'output'} yet.`;
}

const sourceColours = ['cyan', 'yellow', 'green', 'magenta', 'blue', 'red'];

const levelLooks: Readonly<Record<Level, () => Look>> = {
	error: () => looks.error,
	warn: () => looks.warning,
	info: () => looks.secondary,
	debug: () => looks.secondary,
};

function lookOf(
	{type}: Span,
	{line, level, isSelected, isContext}: PoolRow,
	sourceIndex: number,
): Look & {readonly inverse?: boolean} {
	switch (type) {
		case 'cursor':
			return looks.selected;
		case 'time':
		case 'field':
		case 'count':
		case 'gap':
			return looks.secondary;
		case 'source':
			return {color: sourceColours[sourceIndex % sourceColours.length]};
		case 'mark':
			if (level && level !== 'info') return levelLooks[level]();
			return line.stream === 'stderr' ? looks.warning : looks.secondary;
		case 'match':
			return {...looks.warning, bold: true, inverse: isSelected};
		case 'text':
			if (isSelected) return looks.title;
			return isContext || level === 'debug' ? looks.secondary : looks.plain;
	}
}

type RowProps = {readonly row: PoolRow; readonly sourceIndex: number};

const isSameRow = (a: RowProps, b: RowProps): boolean =>
	a.sourceIndex === b.sourceIndex &&
	a.row.isSelected === b.row.isSelected &&
	a.row.isContext === b.row.isContext &&
	a.row.level === b.row.level &&
	a.row.line === b.row.line &&
	a.row.spans.length === b.row.spans.length &&
	a.row.spans.every((span, index) => span.text === b.row.spans[index]!.text && span.type === b.row.spans[index]!.type);

const Row = memo(({row, sourceIndex}: RowProps) => {
	// One Text is cheaper to lay out than several, and most lines need only one.
	const [only] = row.spans;
	if (row.spans.length === 1 && only)
		return (
			<Text {...lookOf(only, row, sourceIndex)} wrap="truncate">
				{only.text === '' ? ' ' : only.text}
			</Text>
		);
	return (
		<Text wrap="truncate">
			{row.spans.map((span, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: spans have no identity but their position
				<Text key={index} {...lookOf(span, row, sourceIndex)}>
					{span.text}
				</Text>
			))}
		</Text>
	);
}, isSameRow);
