/** The part of `count` rows that is shown in a box of `rows`, so that `cursor` is in it, near the middle if need be. */
export function windowAround(
	count: number,
	rows: number,
	cursor: number,
): {readonly from: number; readonly to: number} {
	const size = Math.max(0, Math.min(rows, count));
	const from = Math.max(0, Math.min(cursor - Math.floor(size / 2), count - size));
	return {from, to: from + size};
}

/**
 * Indexes of the rows to show, in order: a window around the cursor, and rows that are `pinned` wherever they are,
 * as long as the window keeps at least three rows. The first pinned ones win.
 */
export function windowWithPins(count: number, rows: number, cursor: number, pinned: readonly number[]): number[] {
	let pins: readonly number[] = [];
	for (;;) {
		const {from, to} = windowAround(count, rows - pins.length, cursor);
		const outside = pinned.filter(index => index < from || index >= to).slice(0, Math.max(0, rows - 3));
		if (outside.length <= pins.length) {
			const shown = new Set(outside);
			for (let index = from; index < to; index++) shown.add(index);
			return [...shown].sort((a, b) => a - b);
		}
		pins = outside;
	}
}
