import {sanitiseLine} from '../../output/sanitise.ts';
import {truncate} from '../../output/width.ts';
import type {LogBuffer, LogLine} from './log-buffer.ts';

/** Which part of a log is shown, and how. */
export type LogView = {
	/** Number after the last visible line; undefined while following. */
	readonly end: number | undefined;
	readonly isWrapped: boolean;
};

export const followingView: LogView = {end: undefined, isWrapped: false};

type Bounds = Pick<LogBuffer, 'first' | 'next'>;

/** Scrolls a view by lines, up if negative; at the newest line it follows again. `rows` is its height. */
export function scrollLog(view: LogView, buffer: Bounds, by: number, rows: number): LogView {
	const next = buffer.next();
	const top = Math.min(next, buffer.first() + rows);
	const end = Math.max(top, (view.end ?? next) + by);
	return {...view, end: end >= next && by >= 0 ? undefined : Math.min(end, next)};
}

/** Pauses a view that follows, or makes it follow again. */
export const toggleFollow = (view: LogView, buffer: Bounds): LogView => ({
	...view,
	end: view.end === undefined ? buffer.next() : undefined,
});

export type LogRow = {readonly key: string; readonly text: string; readonly stream: LogLine['stream']};

type Size = {readonly columns: number; readonly rows: number};

type RowOptions = Size & {
	/** Whether to keep the log's own colours; wrapped lines have none. */
	readonly isColoured: boolean;
};

/** The visible rows, sanitised and cut to the width. The cost depends only on the size of the view. */
export function visibleRows(buffer: LogBuffer, view: LogView, {columns, rows, isColoured}: RowOptions): LogRow[] {
	const end = Math.max(view.end ?? buffer.next(), Math.min(buffer.next(), buffer.first() + rows));
	const shown = buffer.slice(end - rows, end);
	const firstNumber = end - shown.length;
	if (!view.isWrapped) {
		return shown.map(({text, stream}, index) => {
			const line = sanitiseLine(text, {keepColour: isColoured, maxLength: columns * 4});
			return {key: String(firstNumber + index), stream, text: truncate(line, columns)};
		});
	}
	return shown
		.flatMap(({text, stream}, index) =>
			wrapCells(sanitiseLine(text), columns).map((part, row) => ({
				key: `${firstNumber + index}.${row}`,
				stream,
				text: part,
			})),
		)
		.slice(-rows);
}

/** Breaks an uncoloured line into parts of at most `columns` cells. */
export function wrapCells(text: string, columns: number): string[] {
	const parts: string[] = [];
	let rest = text;
	do {
		const part = truncate(rest, columns, '') || rest;
		parts.push(part);
		rest = rest.slice(part.length);
	} while (rest !== '');
	return parts;
}
