/** Splits one line of CSV. A cell with a comma is quoted; its text may come from a service. */
function cellsOf(line: string): string[] {
	const cells: string[] = [];
	for (const [, quoted, plain] of line.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/g))
		cells.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
	return cells;
}

/** Returns a column of one line. */
export type StatLine = (column: string) => string;

/** Parses the output of `show stat`. */
export function readStatLines(text: string): StatLine[] {
	const lines = text.split('\n');
	const start = lines.findIndex(line => line.startsWith('# pxname,'));
	if (start < 0) return [];
	const columns = new Map(
		lines[start]!.slice(2)
			.split(',')
			.map((column, index) => [column, index]),
	);
	return lines
		.slice(start + 1)
		.filter(line => line !== '')
		.map(line => {
			const cells = cellsOf(line);
			return column => cells[columns.get(column) ?? -1] ?? '';
		});
}
