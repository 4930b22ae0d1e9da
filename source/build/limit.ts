/** Runs a task when its turn comes. Rejects without running it if the signal aborts while it waits. */
export type Limit = <T>(task: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

/** Limits the number of concurrent tasks; the others wait in order of arrival. */
export function createLimit(most: number): Limit {
	let running = 0;
	const waiting = new Set<() => void>();
	const wait = (signal: AbortSignal | undefined) =>
		new Promise<void>((resolve, reject) => {
			const go = () => {
				signal?.removeEventListener('abort', stop);
				resolve();
			};
			const stop = () => {
				waiting.delete(go);
				reject(signal!.reason);
			};
			signal?.addEventListener('abort', stop, {once: true});
			waiting.add(go);
		});
	return async (task, signal) => {
		signal?.throwIfAborted();
		// A finished task hands its slot to the next waiting one, so that a new task cannot jump the queue.
		if (running >= most) await wait(signal);
		else running += 1;
		try {
			return await task();
		} finally {
			const [next] = waiting;
			if (next) {
				waiting.delete(next);
				next();
			} else running -= 1;
		}
	};
}
