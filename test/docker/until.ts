import {setTimeout as pause} from 'node:timers/promises';

/** Polls until the condition holds. */
export async function until(isSo: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
	const deadline = Date.now() + timeoutMs;
	while (!(await isSo())) {
		if (Date.now() > deadline) throw new Error(`not so after ${timeoutMs} ms: ${isSo}`);
		await pause(20);
	}
}
