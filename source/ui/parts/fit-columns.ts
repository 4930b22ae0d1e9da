import {displayWidth} from '../../output/width.ts';
import type {TableColumn} from '../dashboard/data.ts';

/** Cells between two columns. */
export const columnGap = 2;

type Sized = {readonly index: number; readonly width: number};

/** Minimum width of a flexible column. */
const leastFlexible = 16;

/** The part of a narrow table that names may take, and their least width. */
const nameShare = 0.3;
const leastName = 12;

/** Columns from this priority on are optional. */
const optionalFrom = 7;

/** Maximum width of a column. */
const widest = 48;

/**
 * Chooses the columns to show and their widths, so that they fit into `room` cells. Columns that are empty in every row
 * are omitted, unless they have a least width. If the rest does not fit, optional columns are dropped, names are capped at 30 %,
 * then the flexible columns are narrowed, then the others are dropped, highest priority number first. Cells must be sanitised.
 */
export function fitColumns(
	columns: readonly TableColumn[],
	rows: readonly (readonly string[])[],
	room: number,
): Sized[] {
	const natural = columns.map(({title, least = 0}, index) => ({
		index,
		width: Math.min(
			widest,
			Math.max(displayWidth(title), least, ...rows.map(cells => displayWidth(cells[index] ?? ''))),
		),
	}));
	let shown = natural.filter(
		({index}) => index === 0 || columns[index]!.least !== undefined || rows.some(cells => (cells[index] ?? '') !== ''),
	);
	const total = (widthOf: (sized: Sized) => number) =>
		shown.reduce((sum, sized) => sum + widthOf(sized) + columnGap, -columnGap);
	const dropWorst = (least: number) => {
		const worst = shown.reduce((a, b) => (columns[b.index]!.priority >= columns[a.index]!.priority ? b : a));
		const isDropped = columns[worst.index]!.priority >= least;
		if (isDropped) shown = shown.filter(sized => sized !== worst);
		return isDropped;
	};
	// Drop optional columns before anything else is narrowed.
	while (total(({width}) => width) > room && dropWorst(optionalFrom));
	const capped = Math.max(leastName, Math.floor(room * nameShare));
	if (total(({width}) => width) > room)
		shown = shown.map(sized =>
			columns[sized.index]!.isName ? {...sized, width: Math.min(sized.width, capped)} : sized,
		);
	const flexible = (sized: Sized) => columns[sized.index]!.isFlexible === true;
	const leastOf = (sized: Sized) => (flexible(sized) ? Math.min(sized.width, leastFlexible) : sized.width);
	while (total(leastOf) > room && dropWorst(1));
	const excess = total(({width}) => width) - room;
	if (excess <= 0) return shown;
	return shown.map(sized =>
		flexible(sized) ? {...sized, width: Math.max(leastOf(sized), sized.width - excess)} : sized,
	);
}
