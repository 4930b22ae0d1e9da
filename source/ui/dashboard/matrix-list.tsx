import {Text} from 'ink';
import {padEnd, truncate, truncateMiddle} from '../../output/width.ts';
import {columnGap} from '../parts/fit-columns.ts';
import {looks} from '../parts/theme.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';
import {windowAround} from '../parts/window.ts';
import {ListArea} from '../terminal/list-area.tsx';
import type {Matrix, MatrixRow} from './matrix.ts';
import type {MatrixLayout} from './matrix-layout.ts';
import {summaryOf} from './rows.ts';
import {toneLooks, toneMark} from './table-list.tsx';

type Props = {
	readonly matrix: Matrix;
	readonly layout: MatrixLayout;
	readonly selected: number;
	/** Name of the marked environment. */
	readonly marked: string | undefined;
	readonly isStale: (row: MatrixRow) => boolean;
	/** Height, including the line of titles. */
	readonly rows: number;
	readonly width: number;
};

/** Cells before the names: the cursor, and the state of the environment. */
export const matrixEdge = 4;

const gap = ' '.repeat(columnGap);

/** The environments as rows and the images of services and resources as columns, with a cursor. */
export function MatrixList({matrix, layout, selected, marked, isStale, rows, width}: Props) {
	const {ellipsis} = useGlyphs();
	const {from, to} = windowAround(matrix.rows.length, rows - 1, Math.max(0, selected));
	const titles = [
		padEnd('ENVIRONMENT', layout.names),
		...layout.images.map(({index, width: room}) =>
			padEnd(truncateMiddle(layout.imageTitles[index]!, room, ellipsis), room),
		),
		...layout.others.map(({index, width: room}) => padEnd(layout.otherTitles[index]!, room)),
	];
	const itemAt = (line: number) => (line > 0 && from + line - 1 < to ? from + line - 1 : undefined);
	return (
		<ListArea cursor={selected} itemAt={itemAt}>
			<Text {...looks.secondary} wrap="truncate">
				{' '.repeat(matrixEdge) + titles.join(gap).trimEnd()}
			</Text>
			{matrix.rows.slice(from, to).map((row, index) => (
				<Row
					key={row.environment.name}
					row={row}
					layout={layout}
					index={from + index}
					isSelected={from + index === selected}
					isMarked={row.environment.name === marked}
					isStale={isStale(row)}
					width={width}
				/>
			))}
		</ListArea>
	);
}

type RowProps = {
	readonly row: MatrixRow;
	readonly layout: MatrixLayout;
	readonly index: number;
	readonly isSelected: boolean;
	readonly isMarked: boolean;
	readonly isStale: boolean;
	readonly width: number;
};

function Row({row, layout, index, isSelected, isMarked, isStale, width}: RowProps) {
	const glyphs = useGlyphs();
	const {isUnicode, ellipsis} = glyphs;
	const {name, images, others, problem} = layout.rows[index]!;
	const {tone} = summaryOf(row.environment);
	const look = (own: ReturnType<(typeof toneLooks)['good']>) => (isStale ? looks.secondary : own);
	const cursor = isSelected ? (isUnicode ? '❯' : '>') : ' ';
	const edge = (
		<>
			<Text {...looks.selected}>{cursor + (isMarked ? '+' : ' ')}</Text>
			<Text {...look(toneLooks[tone]())}>{padEnd(toneMark(tone, glyphs), 2)}</Text>
			<Text {...(isSelected ? looks.selected : look(looks.title))}>
				{padEnd(truncateMiddle(name, layout.names, ellipsis), layout.names)}
			</Text>
		</>
	);
	if (problem !== undefined)
		return (
			<Text wrap="truncate">
				{edge}
				<Text {...look(looks.error)}>
					{gap + truncate(problem, width - matrixEdge - layout.names - columnGap, ellipsis)}
				</Text>
			</Text>
		);
	return (
		<Text wrap="truncate">
			{edge}
			{layout.images.map(({index: column, width: room}) => {
				const {tone: state, text, isSame, isOlder} = row.cells[column]!;
				const isMissing = text === '';
				const textRoom = Math.max(0, room - layout.symbols[column]!);
				const shown = padEnd(truncate(images[column]!, textRoom, ellipsis), textRoom);
				const hasOlder = layout.symbols[column]! > 2;
				return (
					<Text key={column}>
						<Text {...look(isMissing || isSame ? looks.secondary : looks.plain)}>{gap + shown}</Text>
						<Text {...look(toneLooks[state]())}>{isMissing ? '  ' : ` ${toneMark(state, glyphs)}`}</Text>
						<Text {...look(looks.warning)}>{isOlder ? (isUnicode ? ' ◀' : ' <') : hasOlder ? '  ' : ''}</Text>
					</Text>
				);
			})}
			{layout.others.map(({index: column, width: room}) => (
				<Text key={column} {...look(column === 0 ? looks.warning : looks.secondary)}>
					{gap + padEnd(truncate(others[column]!, room, ellipsis), room)}
				</Text>
			))}
		</Text>
	);
}
