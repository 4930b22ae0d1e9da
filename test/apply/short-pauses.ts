type Timers = typeof import('node:timers/promises');

/**
 * Replaces `node:timers/promises` in tests on the memory engine: a pause takes a hundredth of its time, because nothing
 * happens there while a test waits.
 */
export async function shortenPauses(original: () => Promise<Timers>): Promise<Timers> {
	const timers = await original();
	return {...timers, setTimeout: (ms = 0, value, options) => timers.setTimeout(ms / 100, value, options)};
}
