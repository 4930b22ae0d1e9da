type Size = {readonly columns: number; readonly rows: number};

/** Where the two panes of an apply stand. One without rows is not shown. */
export type ApplyLayout = {readonly direction: 'row' | 'column'; readonly steps: Size; readonly log: Size};

/** Columns from which the log stands beside the steps. */
const besideColumns = 110;

/** Rows below which two panes one above the other would show nothing of either. */
const stackedRows = 10;

/** Shares the body of the screen out between the steps and the log; in a low one only the focused pane is shown. */
export function layOut({columns, rows}: Size, stepCount: number, focus: 'steps' | 'logs'): ApplyLayout {
	const hidden = {columns, rows: 0};
	if (columns >= besideColumns) {
		const left = Math.min(84, Math.max(70, Math.floor(columns / 2)));
		return {direction: 'row', steps: {columns: left, rows}, log: {columns: columns - left, rows}};
	}
	if (rows < stackedRows) {
		const all = {columns, rows: Math.max(0, rows)};
		return focus === 'steps'
			? {direction: 'column', steps: all, log: hidden}
			: {direction: 'column', steps: hidden, log: all};
	}
	const wanted = Math.max(1, stepCount) + 2;
	const above = Math.min(wanted, Math.floor(rows * 0.6));
	return {direction: 'column', steps: {columns, rows: above}, log: {columns, rows: rows - above}};
}
