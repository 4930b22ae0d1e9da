import {Cron} from 'croner';
import type {BackupOperation, Schedule} from '../descriptor/project.ts';

const hourMs = 3_600_000;
const intervalMs = {hourly: hourMs, daily: 24 * hourMs} as const;

/** Maximum age of a cron occurrence for the first run, which has nothing to catch up on. */
const firstRunMs = 5 * 60_000;

type AnySchedule = NonNullable<BackupOperation['schedule']> | Schedule;

/** The occurrences around a time, in milliseconds since the epoch; undefined where there is none. */
export type Occurrences = {
	/** The latest at this time or before. */
	readonly latest: number | undefined;
	/** The first after this time. */
	readonly next: number | undefined;
};

type KnownCron = {readonly job: Cron; around: Occurrences | undefined};

const known = new Map<string, KnownCron>();

/** More expressions than this are not remembered. */
const mostKnown = 1000;

function cronOf(expression: string): KnownCron {
	const found = known.get(expression);
	if (found) return found;
	const job = new Cron(expression, {mode: '5-part', timezone: 'UTC', sloppyRanges: true, paused: true});
	if (known.size >= mostKnown) known.clear();
	const made = {job, around: undefined};
	known.set(expression, made);
	return made;
}

const contains = ({latest, next}: Occurrences, at: number): boolean =>
	latest !== undefined && next !== undefined && latest <= at && at < next;

/** The occurrences of a cron expression around a time, in UTC. Cheap while no occurrence passes. */
export function occurrencesAround(expression: string, at: number): Occurrences {
	const cron = cronOf(expression);
	if (cron.around && contains(cron.around, at)) return cron.around;
	// Exclusive, and without milliseconds.
	const [latest] = cron.job.previousRuns(1, new Date(at + 1000));
	cron.around = {latest: latest?.getTime(), next: cron.job.nextRun(new Date(at))?.getTime()};
	return cron.around;
}

/** A time, or several in a row, in milliseconds since the epoch. Both ends are included. */
export type TimeRange = {readonly from: number; readonly to: number};

/** What is known of a schedule's runs. */
export type ScheduleHistory = {
	/** Times that had their run: occurrences of a cron expression, or starts of runs. In any order. */
	readonly ran: readonly TimeRange[];
	/** Occurrences before this time are not made up for. Default: for a schedule that never ran, those of five minutes. */
	readonly since?: number;
};

/** What a schedule asks for. Milliseconds since the epoch. */
export type Outlook = {
	/** The time whose run is due: an occurrence, or now for an interval. Earlier ones that were missed are made up for by it. */
	readonly due: number | undefined;
	/** When to look again; undefined if the schedule has no further occurrence. */
	readonly next: number | undefined;
};

/** The first occurrence that counts. */
function firstOf({ran, since}: ScheduleHistory, now: number): number {
	// A time to come means that the clock was set back.
	if (since !== undefined && since <= now) return since;
	return ran.length === 0 ? now - firstRunMs : Number.NEGATIVE_INFINITY;
}

function cronOutlook(expression: string, history: ScheduleHistory, now: number): Outlook {
	const {latest, next} = occurrencesAround(expression, now);
	if (latest === undefined || latest < firstOf(history, now)) return {due: undefined, next};
	const hasRun = history.ran.some(({from, to}) => to >= latest && (next === undefined || from < next));
	return {due: hasRun ? undefined : latest, next};
}

function intervalOutlook(length: number, {ran}: ScheduleHistory, now: number): Outlook {
	// A start to come means that the clock was set back: the start before it counts.
	const last = Math.max(...ran.map(({to}) => to).filter(start => start <= now));
	if (last === Number.NEGATIVE_INFINITY) return {due: now, next: now + length};
	const next = last + length;
	return next <= now ? {due: now, next: now + length} : {due: undefined, next};
}

/**
 * What a schedule asks for at a time (docs/rules.md, "When a schedule is due"). No time has two runs, and none is forgotten,
 * however the clock is set meanwhile. Pure.
 * @param now milliseconds since the epoch
 */
export function lookAhead(schedule: AnySchedule, history: ScheduleHistory, now: number): Outlook {
	const {cron, interval} = schedule as {readonly cron?: string; readonly interval?: keyof typeof intervalMs};
	return cron === undefined ? intervalOutlook(intervalMs[interval!], history, now) : cronOutlook(cron, history, now);
}

/** How many ranges are remembered: two days of hourly starts, or as many times at which a cron schedule was not kept. */
const keptRanges = 50;

/**
 * Adds the run of a time. Occurrences in a row become one range, so the result stays small. Pure.
 * @param time what was due
 */
export function withRange(schedule: AnySchedule, ran: readonly TimeRange[], time: number): TimeRange[] {
	const {cron} = schedule as {readonly cron?: string};
	const sorted = [...ran, {from: time, to: time}].sort((a, b) => a.from - b.from);
	if (cron === undefined) return sorted.slice(-keptRanges);
	const merged: TimeRange[] = [];
	for (const range of sorted) {
		const before = merged.at(-1);
		const isNear = range.from === time || before?.to === time;
		const isNext =
			before && isNear && (range.from <= before.to || occurrencesAround(cron, before.to).next === range.from);
		if (isNext) merged[merged.length - 1] = {from: before.from, to: Math.max(before.to, range.to)};
		else merged.push(range);
	}
	return merged.slice(-keptRanges);
}
