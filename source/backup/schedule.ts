import {Cron} from 'croner';
import type {BackupOperation, Schedule} from '../descriptor/project.ts';

const hourMs = 3_600_000;
const intervalMs = {hourly: hourMs, daily: 24 * hourMs} as const;

/** Maximum age of a cron occurrence for the first run, which has nothing to catch up on. */
const firstRunMs = 5 * 60_000;

type BackupSchedule = NonNullable<BackupOperation['schedule']>;

/** The first occurrence of a cron expression after a time, in UTC; undefined if there is none. */
export function nextOccurrence(cron: string, after: Date): Date | undefined {
	const job = new Cron(cron, {mode: '5-part', timezone: 'UTC', sloppyRanges: true, paused: true});
	return job.nextRun(after) ?? undefined;
}

/**
 * Whether a run is due now (docs/rules.md, "When a schedule is due").
 * @param last start of the last scheduled run; null if there was none
 */
export function isDue(schedule: BackupSchedule | Schedule, last: Date | null, now: Date): boolean {
	const {cron, interval} = schedule as BackupSchedule;
	if (cron === undefined) return last === null || now.getTime() - last.getTime() >= intervalMs[interval!];
	const occurrence = nextOccurrence(cron, last ?? new Date(now.getTime() - firstRunMs));
	return occurrence !== undefined && occurrence <= now;
}

/** Time of the next run, which may be now; undefined if there is none. */
export function nextRun(schedule: BackupSchedule | Schedule, last: Date | null, now: Date): Date | undefined {
	if (isDue(schedule, last, now)) return now;
	const {cron, interval} = schedule as BackupSchedule;
	return cron === undefined ? new Date(last!.getTime() + intervalMs[interval!]) : nextOccurrence(cron, now);
}
