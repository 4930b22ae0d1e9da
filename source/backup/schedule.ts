import {Cron} from 'croner';
import type {BackupOperation, Schedule} from '../descriptor/project.ts';

const hourMs = 3_600_000;
const intervalMs = {hourly: hourMs, daily: 24 * hourMs} as const;

/** How old an occurrence of a cron schedule may be for a first run: there is nothing to catch up with yet. */
const firstRunMs = 5 * 60_000;

type BackupSchedule = NonNullable<BackupOperation['schedule']>;

/** The first occurrence after a moment, in UTC and to the minute; undefined when there is none. */
export function nextOccurrence(cron: string, after: Date): Date | undefined {
	const job = new Cron(cron, {mode: '5-part', timezone: 'UTC', sloppyRanges: true, paused: true});
	return job.nextRun(after) ?? undefined;
}

/**
 * Whether a run is due now (docs/rules.md, "When a schedule is due").
 * @param last when the last scheduled run started, null when there was none
 */
export function isDue(schedule: BackupSchedule | Schedule, last: Date | null, now: Date): boolean {
	const {cron, interval} = schedule as BackupSchedule;
	if (cron === undefined) return last === null || now.getTime() - last.getTime() >= intervalMs[interval!];
	const occurrence = nextOccurrence(cron, last ?? new Date(now.getTime() - firstRunMs));
	return occurrence !== undefined && occurrence <= now;
}

/** When a schedule wants its next run, which may be now; undefined when it never will. */
export function nextRun(schedule: BackupSchedule | Schedule, last: Date | null, now: Date): Date | undefined {
	if (isDue(schedule, last, now)) return now;
	const {cron, interval} = schedule as BackupSchedule;
	return cron === undefined ? new Date(last!.getTime() + intervalMs[interval!]) : nextOccurrence(cron, now);
}
