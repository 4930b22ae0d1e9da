import {setTimeout as pause} from 'node:timers/promises';
import {isOutcomeUnknown} from '../errors.ts';
import {patienceMs} from './docker-patience.ts';

/**
 * Asks the engine again while no answer comes, for some seconds in all: an engine restarts, a tunnel reconnects. Only for
 * what may be done twice.
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
