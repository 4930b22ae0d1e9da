/** A source of random choices that gives the same ones for the same seed. */
export type Random = {
	/** A whole number from 0 to below `count`. */
	readonly below: (count: number) => number;
	readonly pick: <Item>(items: readonly Item[]) => Item;
	/** True once in `times`. */
	readonly oneIn: (times: number) => boolean;
};

/** Mulberry32, a small generator with 32 bits of state. */
export function createRandom(seed: number): Random {
	let state = seed >>> 0;
	const next = (): number => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
	const below = (count: number) => Math.floor(next() * count);
	return {below, pick: items => items[below(items.length)]!, oneIn: times => below(times) === 0};
}
