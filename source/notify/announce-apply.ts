import {formatDuration} from '../output/duration.ts';
import type {Progress} from '../output/events/progress.ts';
import {modeWords} from '../output/plan/mode-words.ts';
import type {NotifyTarget} from '../settings/notify-targets.ts';
import {announce} from './announce.ts';
import type {Occurrence} from './notification.ts';

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

/** Announces how an apply went. */
export function announceApply(applied: Applied, targets: readonly NotifyTarget[]): Promise<readonly string[]> {
	const occurrence = applyOccurrence(applied);
	return announce(occurrence ? [occurrence] : [], targets);
}
