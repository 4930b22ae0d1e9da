/** Runs one read at a time; a request during a read runs one more after it. */
export function createQueue(run: () => Promise<void>) {
	let running: Promise<void> | undefined;
	let isAsked = false;
	const ask = (): Promise<void> => {
		if (running) {
			isAsked = true;
			return running;
		}
		running = run().finally(() => {
			running = undefined;
			if (!isAsked) return;
			isAsked = false;
			ask().catch(() => undefined);
		});
		return running;
	};
	return {ask};
}
