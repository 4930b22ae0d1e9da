import {setTimeout as pause} from 'node:timers/promises';
import {isOutcomeUnknown} from '../errors.ts';
import {patienceMs} from './docker-patience.ts';

/**
 * Retries an engine call that gets no answer, for some seconds in all: the engine may be restarting, or a tunnel
 * reconnecting. For idempotent calls only.
 */
export async function untilAnswered<Result>(ask: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
	for (let wait = patienceMs() / 50; ; wait *= 2) {
		try {
			return await ask();
		} catch (error) {
			if (!isOutcomeUnknown(error) || signal?.aborted || wait > patienceMs()) throw error;
			await pause(wait);
		}
	}
}
