/** Runs something that only waits, such as for a probe, without holding up other steps. */
export type Idle = <T>(wait: () => Promise<T>) => Promise<T>;

/** Limits how many steps work at the same time. A step that only waits gives its slot back meanwhile. */
export type Slots = {
	/** Takes a free slot; false if there is none. */
	readonly tryTake: () => boolean;
	readonly giveBack: () => void;
	/** For one step that has a slot. It has one again when the wait is over. */
	readonly createIdle: () => Idle;
};

/** @param onFree called when a slot is free for a step that has not begun */
export function createSlots(most: number, onFree: () => void): Slots {
	let free = most;
	const returning: (() => void)[] = [];
	const tryTake = () => {
		if (free === 0) return false;
		free--;
		return true;
	};
	const giveBack = () => {
		// What has begun goes on before something new begins.
		const next = returning.shift();
		if (next) return next();
		free++;
		onFree();
	};
	const takeAgain = async () => {
		if (!tryTake()) await new Promise<void>(resolve => void returning.push(resolve));
	};
	return {
		tryTake,
		giveBack,
		createIdle() {
			let isIdle = false;
			return async wait => {
				// A step with several parts has one slot: the first part that waits gives it back.
				if (isIdle) return wait();
				isIdle = true;
				giveBack();
				try {
					return await wait();
				} finally {
					await takeAgain();
					isIdle = false;
				}
			};
		},
	};
}
