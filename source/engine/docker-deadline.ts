import {noAnswer} from './docker-heartbeat.ts';

/** Ends a call that takes too long. */
export type Deadline = {
	/** Begins again with the full time, for the rest of a response. */
	readonly restart: (giveUp: (error: Error) => void) => void;
	readonly clear: () => void;
};

/** Calls `giveUp` with a timeout error when the time is over; never if it is undefined. */
export function createDeadline(milliseconds: number | undefined, giveUp: (error: Error) => void): Deadline {
	const begin = (fail: (error: Error) => void) =>
		milliseconds === undefined ? undefined : setTimeout(() => fail(noAnswer(milliseconds)), milliseconds);
	let timer = begin(giveUp);
	return {
		restart(fail) {
			clearTimeout(timer);
			timer = begin(fail);
		},
		clear: () => clearTimeout(timer),
	};
}
