import type {Project, Resource} from '../descriptor/project.ts';
import {backupScheduleWarnings} from '../descriptor/schedules.ts';
import type {State} from '../state/state.ts';

const hourMs = 3_600_000;

/** A working schedule makes another backup within this time: two intervals, or two months for a cron expression. */
const patienceMs = {hourly: 2 * hourMs, daily: 48 * hourMs, cron: 62 * 24 * hourMs} as const;

function isKept({name, operations}: Resource, {backups}: Pick<State, 'backups'>, now: number): boolean {
	const schedule = operations.backup?.schedule;
	if (!schedule) return true;
	const runs = backups.filter(({resource, purpose}) => resource === name && purpose === 'scheduled');
	const last = Math.max(...runs.map(({createdAt}) => Date.parse(createdAt)));
	return now - last < patienceMs[schedule.interval ?? 'cron'];
}

/**
 * Warns of backup schedules that nothing seems to run: there is no scheduled backup, or none for too long.
 * @param now milliseconds since the epoch
 */
export function unkeptSchedules(
	{resources, directory}: Pick<Project, 'resources' | 'directory'>,
	state: Pick<State, 'environment' | 'backups'>,
	now: number,
): string[] {
	return backupScheduleWarnings(
		resources.filter(resource => !isKept(resource, state, now)),
		{directory, environment: state.environment},
	);
}
