import {listAgents} from '../agent/status.ts';
import {messageOf} from '../errors.ts';
import {formatDuration} from '../output/duration.ts';
import type {Progress} from '../output/events/progress.ts';
import {modeWords} from '../output/plan/mode-words.ts';
import type {NotifyTarget} from '../settings/notify-targets.ts';
import {deliver} from './deliver.ts';
import type {Occurrence} from './notification.ts';
import {notify} from './notify.ts';

/** How long the end of an apply may wait for receivers. */
const limitMs = 2000;

type Applied = {
	readonly project: string;
	readonly environment: string;
	readonly progress: Progress;
};

/** What to notify of after an apply; undefined when it was cancelled, or only refreshed the state. Pure. */
function applyOccurrence({project, environment, progress}: Applied): Occurrence | undefined {
	const {result, run, finishedAt, steps} = progress;
	if (!result || result.outcome === 'cancelled' || result.mode === 'refresh-only') return undefined;
	const {mode, outcome, durationMs, done} = result;
	const {verb, done: doneWord} = modeWords[mode];
	const duration = formatDuration(durationMs);
	const about = {at: finishedAt ?? 0, project, environment, run: run ?? undefined};
	if (outcome === 'done')
		return {...about, event: 'apply-done', address: null, message: `${doneWord} in ${duration}: ${done} done.`};
	const failed = steps.filter(({state}) => state === 'failed');
	// Others may have failed only because this one did.
	const first = failed.find(({failure}) => failure) ?? failed[0];
	const causes = failed.map(({address, message}) => `${address}: ${message ?? 'failed'}`);
	return {
		...about,
		event: 'apply-failed',
		address: first?.address ?? null,
		message: [`${verb} failed after ${duration}.`, ...causes].join('\n'),
		exitCode: first?.failure?.exitCode,
		isOutOfMemory: first?.failure?.isOutOfMemory,
		lines: first?.failure?.lastLines,
	};
}

/**
 * Queues a notification of an apply, and tries for a moment to deliver it. What does not arrive stays in the queue, for the
 * agent or the next apply. Never fails.
 * @returns warnings
 */
export async function announceApply({
	targets,
	...applied
}: Applied & {readonly targets: readonly NotifyTarget[]}): Promise<readonly string[]> {
	const occurrence = applyOccurrence(applied);
	if (!occurrence) return [];
	try {
		if (!notify(occurrence, targets)) return [];
		const agents = await listAgents();
		// It delivers within seconds, and goes on trying.
		if (agents.some(({isRunning}) => isRunning)) return [];
		const {problems} = await deliver({targets, now: () => Date.now(), signal: new AbortController().signal, limitMs});
		return problems.map(
			({origin, problem, retryAt}) =>
				`A notification did not reach ${origin}: ${problem}. ${retryAt === null ? 'It was dropped.' : 'It stays in the queue.'}`,
		);
	} catch (error) {
		// Whatever goes wrong here, the apply is over and its result stands.
		return [`Could not send notifications: ${messageOf(error)}`];
	}
}
