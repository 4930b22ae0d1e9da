/** A line that passed a sieve. */
export type Sieved<Line> = {
	readonly line: Line;
	/** False for a line that is shown only because it is near a wanted one. */
	readonly isWanted: boolean;
	/** Whether lines before it were left out, although lines around the wanted ones are shown. */
	readonly isAfterGap: boolean;
};

/**
 * Lets the wanted lines pass, with `context` lines before and after each. Takes the lines one by one, in their order, and
 * keeps no more than `context` of them.
 */
export function createSieve<Line>(context: number, isWanted: (line: Line) => boolean) {
	const before: Line[] = [];
	let after = 0;
	let omitted = 0;
	let hasPassed = false;

	const pass = (line: Line, wanted: boolean): readonly Sieved<Line>[] => {
		const isAfterGap = context > 0 && hasPassed && omitted > before.length;
		const passed = [...before.map(near => ({line: near, isWanted: false})), {line, isWanted: wanted}];
		before.length = 0;
		omitted = 0;
		hasPassed = true;
		return passed.map((each, index) => ({...each, isAfterGap: isAfterGap && index === 0}));
	};

	/** The lines that pass now: none, this one, or this one and those before it. */
	return (line: Line): readonly Sieved<Line>[] => {
		if (isWanted(line)) {
			after = context;
			return pass(line, true);
		}
		if (after > 0) {
			after--;
			return pass(line, false);
		}
		omitted++;
		if (context > 0) {
			before.push(line);
			if (before.length > context) before.shift();
		}
		return [];
	};
}
