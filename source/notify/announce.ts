import {listAgents} from '../agent/status.ts';
import {messageOf} from '../errors.ts';
import type {NotifyTarget} from '../settings/notify-targets.ts';
import {deliver} from './deliver.ts';
import type {Occurrence} from './notification.ts';
import {notify} from './notify.ts';

/** How long the end of a command may wait for receivers. */
const limitMs = 2000;

/**
 * Queues notifications at the end of a command, and tries for a moment to deliver them. What does not arrive stays in the
 * queue, for the agent or the next command that calls this. Never fails.
 * @returns warnings
 */
export async function announce(
	occurrences: readonly Occurrence[],
	targets: readonly NotifyTarget[],
): Promise<readonly string[]> {
	try {
		const areQueued = occurrences.map(occurrence => notify(occurrence, targets));
		if (!areQueued.includes(true)) return [];
		const agents = await listAgents();
		// It delivers within seconds, and goes on trying.
		if (agents.some(({isRunning}) => isRunning)) return [];
		const {problems} = await deliver({targets, now: () => Date.now(), signal: new AbortController().signal, limitMs});
		return problems.map(
			({origin, problem, retryAt}) =>
				`A notification did not reach ${origin}: ${problem}. ${retryAt === null ? 'It was dropped.' : 'It stays in the queue.'}`,
		);
	} catch (error) {
		// Whatever goes wrong here, the command is over and its result stands.
		return [`Could not send notifications: ${messageOf(error)}`];
	}
}
