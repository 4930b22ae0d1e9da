import {displayWidth, padEnd, padStart, truncate} from './width.ts';

export type Column<Row> = {
	readonly title: string;
	readonly value: (row: Row) => string;
	readonly align?: 'left' | 'right';
	/** Applied after padding, so that colours do not affect alignment. */
	readonly style?: (text: string, row: Row) => string;
	/** In cells. */
	readonly maxWidth?: number;
};

type TableOptions = {
	readonly titleStyle?: (text: string) => string;
	readonly indent?: string;
	readonly ellipsis?: string;
};

/** An aligned table, one line per row, columns two spaces apart. Values must be sanitised. */
export function renderTable<Row>(
	columns: readonly Column<Row>[],
	rows: readonly Row[],
	{titleStyle = text => text, indent = '', ellipsis}: TableOptions = {},
): string {
	const cells = rows.map(row =>
		columns.map(({value, maxWidth}) => truncate(value(row), maxWidth ?? Number.POSITIVE_INFINITY, ellipsis)),
	);
	const widths = columns.map(({title}, index) =>
		Math.max(displayWidth(title), ...cells.map(line => displayWidth(line[index]!))),
	);
	const fill = (text: string, index: number) => {
		const {align = 'left'} = columns[index]!;
		if (align === 'right') return padStart(text, widths[index]!);
		return index === columns.length - 1 ? text : padEnd(text, widths[index]!);
	};
	const titles = columns.map(({title}, index) => fill(title, index)).join('  ');
	const lines = cells.map((line, rowIndex) =>
		line
			.map((text, index) => {
				const style = columns[index]!.style;
				return style ? style(fill(text, index), rows[rowIndex]!) : fill(text, index);
			})
			.join('  '),
	);
	return [titleStyle(titles.trimEnd()), ...lines].map(line => indent + line.trimEnd()).join('\n');
}
