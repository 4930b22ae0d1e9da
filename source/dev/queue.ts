/** Does one piece of work at a time. */
export type WorkQueue = {
	/** Asks for the work. While it is being done, any number of requests lead to exactly one more. */
	readonly request: () => void;
	/** Forgets a request that has not begun, and takes no more. Resolves when nothing is being done. */
	readonly stop: () => Promise<void>;
};

/** @param work must not reject */
export function createWorkQueue(work: () => Promise<void>): WorkQueue {
	let isAsked = false;
	let isStopped = false;
	let running: Promise<void> | undefined;
	const run = async () => {
		while (isAsked && !isStopped) {
			isAsked = false;
			await work();
		}
		running = undefined;
	};
	return {
		request() {
			if (isStopped) return;
			isAsked = true;
			running ??= run();
		},
		async stop() {
			isStopped = true;
			await running;
		},
	};
}
