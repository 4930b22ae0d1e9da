/** A part of a text by offsets, `to` exclusive. */
export type Span = {readonly from: number; readonly to: number};

/** Offsets of the line starts of a text. */
export const lineStartsOf = (text: string): readonly number[] => {
	const starts = [0];
	for (let index = text.indexOf('\n'); index !== -1; index = text.indexOf('\n', index + 1)) starts.push(index + 1);
	return starts;
};

const lineOf = (starts: readonly number[], offset: number): number => {
	let low = 0;
	let high = starts.length - 1;
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		if (starts[middle]! <= offset) low = middle;
		else high = middle - 1;
	}
	return low;
};

/** Line and column (from 1) of a span, and its length on its first line (at least 1). */
export const placeAt = (
	text: string,
	starts: readonly number[],
	{from, to}: Span,
): {readonly line: number; readonly column: number; readonly length: number} => {
	const start = Math.min(from, text.length);
	const index = lineOf(starts, start);
	const lineStart = starts[index]!;
	const next = starts[index + 1];
	let lineEnd = next === undefined ? text.length : next - 1;
	if (next !== undefined && text[lineEnd - 1] === '\r') lineEnd--;
	const length = Math.max(1, Math.min(to, lineEnd) - start);
	return {line: index + 1, column: start - lineStart + 1, length};
};
