import {Text} from 'ink';
import {memo} from 'react';
import type {Glyphs} from '../../output/glyphs.ts';
import {linkUrls} from '../../output/links.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {padEnd, padStart, truncate, truncateMiddle} from '../../output/width.ts';
import {columnGap, fitColumns} from '../parts/fit-columns.ts';
import {type Look, looks} from '../parts/theme.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';
import {windowAround} from '../parts/window.ts';
import {ListArea} from '../terminal/list-area.tsx';
import {useScreenTerminal} from '../terminal/screen-terminal.ts';
import type {TableColumn, TableRow, Tone} from './data.ts';

type Props = {
	readonly columns: readonly TableColumn[];
	readonly list: readonly TableRow[];
	readonly selected: number;
	readonly width: number;
	/** Height, including the line of titles. */
	readonly rows: number;
};

export const toneLooks: Readonly<Record<Tone, () => Look>> = {
	good: () => looks.success,
	bad: () => looks.error,
	busy: () => looks.accent,
	quiet: () => looks.secondary,
	warning: () => looks.warning,
};

/** The symbol that says the same as the colour. */
export function toneMark(tone: Tone, {running, failed, waiting}: Glyphs): string {
	const marks = {good: running, bad: failed, busy: running, quiet: waiting, warning: '!'};
	return marks[tone];
}

type Line = {readonly group: string} | {readonly row: TableRow; readonly index: number};

function linesOf(list: readonly TableRow[]): Line[] {
	let previous: string | undefined;
	return list.flatMap((row, index): Line[] => {
		const isNew = row.group !== undefined && row.group !== previous;
		previous = row.group;
		return isNew && row.group ? [{group: row.group}, {row, index}] : [{row, index}];
	});
}

const markColumns = 4;

/** An aligned table with a cursor. Columns that do not fit are omitted, the least important first. */
export function TableList({columns, list, selected, width, rows}: Props) {
	const glyphs = useGlyphs();
	const cells = list.map(row => row.cells.map(cell => glyphs.adapt(sanitiseLine(cell))));
	const sized = fitColumns(columns, cells, width - markColumns);
	const lines = linesOf(list);
	const cursor = Math.max(
		0,
		lines.findIndex(line => 'row' in line && line.index === selected),
	);
	const {from, to} = windowAround(lines.length, rows - 1, cursor);
	const titles = sized.map(({index, width: room}) => {
		const {title, align} = columns[index]!;
		return (align === 'right' ? padStart : padEnd)(title, room);
	});
	// The titles are the first line.
	const itemAt = (line: number) => {
		const found = line > 0 ? lines[from + line - 1] : undefined;
		return found && 'row' in found ? found.index : undefined;
	};
	return (
		<ListArea cursor={selected} itemAt={itemAt}>
			<Text {...looks.secondary} wrap="truncate">
				{' '.repeat(markColumns) + titles.join(' '.repeat(columnGap)).trimEnd()}
			</Text>
			{lines.slice(from, to).map(line =>
				'group' in line ? (
					<Text key={`group ${line.group}`} {...looks.secondary} wrap="truncate">
						{`    ${line.group}`}
					</Text>
				) : (
					<Row
						key={line.row.id}
						row={line.row}
						cells={sized.map(({index, width: room}) => {
							const cut = columns[index]!.isName ? truncateMiddle : truncate;
							const text = cut(cells[line.index]![index] ?? '', room, glyphs.ellipsis);
							return (columns[index]!.align === 'right' ? padStart : padEnd)(text, room);
						})}
						toneCell={sized.findIndex(({index}) => index === line.row.toneCell)}
						isSelected={line.index === selected}
					/>
				),
			)}
		</ListArea>
	);
}

type RowProps = {
	readonly row: TableRow;
	readonly cells: readonly string[];
	readonly toneCell: number;
	readonly isSelected: boolean;
};

const isSameRow = (a: RowProps, b: RowProps): boolean =>
	a.row.tone === b.row.tone &&
	a.row.isStale === b.row.isStale &&
	a.toneCell === b.toneCell &&
	a.isSelected === b.isSelected &&
	a.cells.length === b.cells.length &&
	a.cells.every((cell, index) => cell === b.cells[index]);

// A key changes two rows of a list.
const Row = memo(({row, cells, toneCell, isSelected}: RowProps) => {
	const glyphs = useGlyphs();
	const {hasLinks} = useScreenTerminal();
	const {tone, isStale = false} = row;
	const toneLook = isStale ? looks.secondary : tone ? toneLooks[tone]() : looks.plain;
	const plain = isStale ? looks.secondary : looks.plain;
	const mark = tone ? toneMark(tone, glyphs) : ' ';
	return (
		<Text wrap="truncate">
			<Text {...looks.selected}>{isSelected ? (glyphs.isUnicode ? '❯ ' : '> ') : '  '}</Text>
			<Text {...toneLook}>{padEnd(mark, 2)}</Text>
			{cells.map((cell, index) => {
				const look =
					index === 0
						? isSelected
							? looks.selected
							: isStale
								? looks.secondary
								: looks.title
						: index === toneCell
							? toneLook
							: plain;
				return (
					// biome-ignore lint/suspicious/noArrayIndexKey: cells have no identity but their position
					<Text key={index} {...look}>
						{index === 0 ? cell : ' '.repeat(columnGap) + (hasLinks ? linkUrls(cell) : cell)}
					</Text>
				);
			})}
		</Text>
	);
}, isSameRow);
