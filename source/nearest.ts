/** Edits (insert, remove, replace, swap two neighbours) that turn `a` into `b`, given up above `limit`. */
const distance = (a: string, b: string, limit: number): number => {
	if (Math.abs(a.length - b.length) > limit) return limit + 1;
	let beforeLast: number[] = [];
	let last = Array.from({length: b.length + 1}, (_, index) => index);
	for (let row = 1; row <= a.length; row++) {
		const current = [row];
		for (let column = 1; column <= b.length; column++) {
			const cost = a[row - 1] === b[column - 1] ? 0 : 1;
			let best = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + cost);
			if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
				best = Math.min(best, beforeLast[column - 2]! + 1);
			current.push(best);
		}
		beforeLast = last;
		last = current;
	}
	return last[b.length]!;
};

/** The candidate that `written` was probably meant to be, if one is close enough. */
export const nearest = (written: string, candidates: Iterable<string>): string | undefined => {
	if (written.length > 100) return undefined;
	const limit = Math.max(1, Math.floor(written.length / 3));
	const wanted = written.toLowerCase();
	let best: {readonly candidate: string; readonly edits: number} | undefined;
	for (const candidate of candidates) {
		const isStart = written.length > 3 && candidate.toLowerCase().startsWith(wanted);
		const edits = isStart ? 1 : distance(wanted, candidate.toLowerCase(), limit);
		if (edits <= limit && edits < candidate.length && (!best || edits < best.edits)) best = {candidate, edits};
	}
	return best?.candidate;
};
