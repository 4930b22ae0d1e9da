import type {Clock} from '../../source/agent/clock.ts';

export type FakeClock = Clock & {
	/** Lets time pass, and everything that waits for it run. */
	readonly advance: (milliseconds: number) => Promise<void>;
	/** Sets the machine's clock ahead, or back, without any time passing. */
	readonly jump: (milliseconds: number) => void;
	/** The lengths of the sleeps that have not ended. */
	readonly sleeping: () => readonly number[];
};

/** Lets all promises that can settle do so. */
const settle = async () => {
	for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve));
};

/** A clock that stands still until a test moves it. */
export function createFakeClock(start = Date.UTC(2026, 0, 1)): FakeClock {
	let steady = 0;
	let offset = start;
	const sleepers = new Set<{readonly until: number; readonly wake: () => void}>();
	return {
		now: () => steady + offset,
		steady: () => steady,
		sleep: (milliseconds, signal) =>
			new Promise(resolve => {
				if (signal.aborted) return resolve();
				const sleeper = {
					until: steady + milliseconds,
					wake() {
						sleepers.delete(sleeper);
						resolve();
					},
				};
				sleepers.add(sleeper);
				signal.addEventListener('abort', sleeper.wake, {once: true});
			}),
		async advance(milliseconds) {
			const end = steady + milliseconds;
			await settle();
			for (;;) {
				const next = [...sleepers].sort((a, b) => a.until - b.until)[0];
				if (!next || next.until > end) break;
				steady = Math.max(steady, next.until);
				next.wake();
				await settle();
			}
			steady = end;
		},
		jump(milliseconds) {
			offset += milliseconds;
		},
		sleeping: () => [...sleepers].map(({until}) => until - steady),
	};
}
