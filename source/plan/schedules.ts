import type {Project, Resource} from '../descriptor/project.ts';
import {backupScheduleWarnings} from '../descriptor/schedules.ts';
import type {State} from '../state/state.ts';

const hourMs = 3_600_000;

/** Time after which a schedule that was kept would have made another backup: two intervals, or two months of a cron one. */
const patienceMs = {hourly: 2 * hourMs, daily: 48 * hourMs, cron: 62 * 24 * hourMs} as const;

function isKept({name, operations}: Resource, {backups}: Pick<State, 'backups'>, now: number): boolean {
	const schedule = operations.backup?.schedule;
	if (!schedule) return true;
	const runs = backups.filter(({resource, purpose}) => resource === name && purpose === 'scheduled');
	const last = Math.max(...runs.map(({createdAt}) => Date.parse(createdAt)));
	return now - last < patienceMs[schedule.interval ?? 'cron'];
}

/**
 * Backup schedules that nothing seems to run: no scheduled backup was made, or not for long.
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
