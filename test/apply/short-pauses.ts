type Timers = typeof import('node:timers/promises');

/**
 * Stands in for `node:timers/promises` in tests on the memory engine: a pause takes a hundredth of its time. What waits
 * to see whether a container stays up, or until an engine answers again, learns nothing there from waiting.
 */
export async function shortenPauses(original: () => Promise<Timers>): Promise<Timers> {
	const timers = await original();
	return {...timers, setTimeout: (ms = 0, value, options) => timers.setTimeout(ms / 100, value, options)};
}
