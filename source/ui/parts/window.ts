/** The range of `count` items that is visible in `rows` rows: it contains `cursor`, in the middle where possible. */
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
 * Indexes of the visible items, in order: a window around the cursor plus the `pinned` items, as long as the window
 * keeps at least three rows. The first pinned items win.
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
