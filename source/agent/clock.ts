import {setTimeout as pause} from 'node:timers/promises';
import {steadyNow} from '../clock.ts';

/** The time as the agent sees it. Tests replace it. */
export type Clock = {
	/** Milliseconds since the epoch. Jumps when the machine's clock is set. */
	readonly now: () => number;
	/** Milliseconds of a clock that is never set; only differences mean something. */
	readonly steady: () => number;
	/** Ends after this time, or at once when the signal aborts. Never fails. */
	readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
};

/** The machine's clock. */
export const systemClock: Clock = {
	now: () => Date.now(),
	steady: steadyNow,
	async sleep(milliseconds, signal) {
		await pause(milliseconds, undefined, {signal}).catch(() => undefined);
	},
};
