import {displayWidth} from '../output/width.ts';
import type {TableColumn} from './stores/browse-data.ts';

/** Cells between two columns. */
export const columnGap = 2;

type Sized = {readonly index: number; readonly width: number};

/** Below this a flexible column tells nothing. */
const leastFlexible = 12;

/**
 * Which columns are shown and how wide, so that they fit into `room` cells. Where they do not, the flexible one is cut
 * first, then those with the highest priority numbers are left out. Columns that are empty in every row are left out
 * always. Cells must be sanitised.
 */
export function fitColumns(
	columns: readonly TableColumn[],
	rows: readonly (readonly string[])[],
	room: number,
): Sized[] {
	const natural = columns.map(({title}, index) => ({
		index,
		width: Math.max(displayWidth(title), ...rows.map(cells => displayWidth(cells[index] ?? ''))),
	}));
	let shown = natural.filter(({index}) => index === 0 || rows.some(cells => (cells[index] ?? '') !== ''));
	const flexible = (sized: Sized) => columns[sized.index]!.isFlexible === true;
	const leastOf = (sized: Sized) => (flexible(sized) ? Math.min(sized.width, leastFlexible) : sized.width);
	const total = (widthOf: (sized: Sized) => number) =>
		shown.reduce((sum, sized) => sum + widthOf(sized) + columnGap, -columnGap);
	while (total(leastOf) > room && shown.length > 1) {
		const worst = shown.reduce((a, b) => (columns[b.index]!.priority >= columns[a.index]!.priority ? b : a));
		if (columns[worst.index]!.priority === 0) break;
		shown = shown.filter(sized => sized !== worst);
	}
	const excess = total(({width}) => width) - room;
	if (excess <= 0) return shown;
	return shown.map(sized =>
		flexible(sized) ? {...sized, width: Math.max(leastOf(sized), sized.width - excess)} : sized,
	);
}
