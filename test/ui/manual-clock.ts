import type {FrameClock} from '../../source/ui/parts/frame-clock.ts';

export type ManualClock = FrameClock & {
	/** Lets time pass: frames that were asked for are drawn, seconds tick. */
	readonly advance: (milliseconds: number) => void;
};

/** A clock that stands still until a test moves it. */
export function createManualClock(start = 0): ManualClock {
	const asked = new Set<() => void>();
	const ticking = new Set<() => void>();
	let now = start;
	const drawFrame = () => {
		const due = [...asked];
		asked.clear();
		for (const draw of due) draw();
	};
	return {
		now: () => now,
		request: draw => asked.add(draw),
		everySecond(tick) {
			ticking.add(tick);
			return () => ticking.delete(tick);
		},
		stop: drawFrame,
		advance(milliseconds) {
			now += milliseconds;
			drawFrame();
			for (const tick of ticking) tick();
		},
	};
}
