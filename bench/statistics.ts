/** The median. */
export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length / 2;
	return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** How many times as much as a reference: of the minima, which other load hardly affects, and of the medians. */
export type Ratios = {readonly minima: number; readonly medians: number};

export const ratiosOf = (values: readonly number[], reference: readonly number[]): Ratios => ({
	minima: Math.min(...values) / Math.min(...reference),
	medians: median(values) / median(reference),
});
