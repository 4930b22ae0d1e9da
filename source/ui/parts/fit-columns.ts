import {displayWidth} from '../../output/width.ts';
import type {TableColumn} from '../dashboard/data.ts';

/** Cells between two columns. */
export const columnGap = 2;

type Sized = {readonly index: number; readonly width: number};

/** Below this a flexible column tells nothing. */
const leastFlexible = 16;

/** From this priority on a column is only nice to know. */
const niceToKnow = 7;

/** No column takes more, whatever is in it. */
const widest = 48;

/**
 * Which columns are shown and how wide, so that they fit into `room` cells. Where they do not, those that are only nice to
 * know are left out, then the flexible one is cut, then the others are left out, highest priority numbers first. Columns that are empty in every row are left out
 * always. Cells must be sanitised.
 */
export function fitColumns(
	columns: readonly TableColumn[],
	rows: readonly (readonly string[])[],
	room: number,
): Sized[] {
	const natural = columns.map(({title}, index) => ({
		index,
		width: Math.min(widest, Math.max(displayWidth(title), ...rows.map(cells => displayWidth(cells[index] ?? '')))),
	}));
	let shown = natural.filter(({index}) => index === 0 || rows.some(cells => (cells[index] ?? '') !== ''));
	const total = (widthOf: (sized: Sized) => number) =>
		shown.reduce((sum, sized) => sum + widthOf(sized) + columnGap, -columnGap);
	const dropWorst = (least: number) => {
		const worst = shown.reduce((a, b) => (columns[b.index]!.priority >= columns[a.index]!.priority ? b : a));
		const isDropped = columns[worst.index]!.priority >= least;
		if (isDropped) shown = shown.filter(sized => sized !== worst);
		return isDropped;
	};
	// What is only nice to know never costs a part of something else.
	while (total(({width}) => width) > room && dropWorst(niceToKnow));
	const flexible = (sized: Sized) => columns[sized.index]!.isFlexible === true;
	const leastOf = (sized: Sized) => (flexible(sized) ? Math.min(sized.width, leastFlexible) : sized.width);
	while (total(leastOf) > room && dropWorst(1));
	const excess = total(({width}) => width) - room;
	if (excess <= 0) return shown;
	return shown.map(sized =>
		flexible(sized) ? {...sized, width: Math.max(leastOf(sized), sized.width - excess)} : sized,
	);
}
