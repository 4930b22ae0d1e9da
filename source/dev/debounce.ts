/** The timers that a debouncer needs; a test lets time pass. */
export type Timers = {
	/** Calls back after so many milliseconds; the returned function keeps it from being called. */
	readonly after: (milliseconds: number, call: () => void) => () => void;
	/** Milliseconds of a clock that is never set back. */
	readonly now: () => number;
};

type Options = {
	/** How long nothing may happen before the burst is over, in milliseconds. */
	readonly quietMs?: number;
	/** How long a burst may last, so that a file that never rests is not waited for. */
	readonly longestMs?: number;
	readonly timers: Timers;
	/** Called at the end of each burst. */
	readonly onQuiet: () => void;
};

/** Gathers a burst of changes: an editor writes a file in several steps, and a checkout writes hundreds of files. */
export function createDebounce({quietMs = 150, longestMs = 1500, timers, onQuiet}: Options) {
	let begun: number | undefined;
	let cancel = () => {};
	const end = () => {
		begun = undefined;
		onQuiet();
	};
	return {
		/** Something happened. */
		note() {
			begun ??= timers.now();
			cancel();
			cancel = timers.after(Math.max(0, Math.min(quietMs, begun + longestMs - timers.now())), end);
		},
		stop() {
			cancel();
			begun = undefined;
		},
	};
}
