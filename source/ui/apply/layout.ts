type Size = {readonly columns: number; readonly rows: number};

/** The layout of an apply's two panes. A pane without rows is hidden. */
export type ApplyLayout = {readonly direction: 'row' | 'column'; readonly steps: Size; readonly log: Size};

/** From this width on, the log is beside the steps. */
const besideColumns = 110;

/** Below this height, two stacked panes would both be too small. */
const stackedRows = 10;

/** Divides the screen between the steps and the log. If it is too low for both, only the focused pane is shown. */
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
