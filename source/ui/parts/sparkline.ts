const blocks = '▁▂▃▄▅▆▇█';
const ascii = '_.-:=+*#';

type Options = {
	/** Number of cells; older values are left out. */
	readonly cells: number;
	/** The least value that fills a cell, so that noise stays low. */
	readonly full: number;
	readonly isUnicode: boolean;
};

/** The last values as bars of one cell each, the newest at the right. Higher than the highest value or `full` is none. */
export function sparkline(values: readonly number[], {cells, full, isUnicode}: Options): string {
	const levels = isUnicode ? blocks : ascii;
	const shown = values.slice(-cells);
	const top = Math.max(full, ...shown);
	const bars = shown.map(value => levels[Math.min(levels.length - 1, Math.floor((value / top) * levels.length))]!);
	return bars.join('').padStart(cells);
}
