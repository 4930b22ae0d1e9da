import type {BackupSchedule, Project} from '../descriptor/project.ts';
import {scheduledVolumes, scheduleWarnings} from '../descriptor/schedules.ts';
import type {State} from '../state/state.ts';

const hourMs = 3_600_000;

/** A working schedule makes another backup within this time: two intervals, or two months for a cron expression. */
const patienceMs = {hourly: 2 * hourMs, daily: 48 * hourMs, cron: 62 * 24 * hourMs} as const;

type Scheduled = {readonly name: string; readonly schedule: BackupSchedule | undefined};

function isKept({name, schedule}: Scheduled, {backups}: Pick<State, 'backups'>, now: number): boolean {
	if (!schedule) return true;
	const runs = backups.filter(({resource, purpose}) => resource === name && purpose === 'scheduled');
	const last = Math.max(...runs.map(({createdAt}) => Date.parse(createdAt)));
	return now - last < patienceMs[schedule.interval ?? 'cron'];
}

/**
 * Warns of schedules that nothing runs, if no agent looks after the project: those of cron services, and those of backups
 * of which there is none, or none for too long.
 * @param isAttended whether an agent does; asked only when there would be a warning
 * @param now milliseconds since the epoch
 */
export async function unkeptSchedules(
	{services, resources, directory}: Pick<Project, 'services' | 'resources' | 'directory'>,
	state: Pick<State, 'environment' | 'backups'>,
	{isAttended, now}: {readonly isAttended: () => Promise<boolean>; readonly now: number},
): Promise<string[]> {
	const unkept = resources.filter(
		({name, operations}) => !isKept({name, schedule: operations.backup?.schedule}, state, now),
	);
	const volumes = scheduledVolumes(services).filter(volume => !isKept(volume, state, now));
	const warnings = scheduleWarnings({services, resources: unkept, volumes, directory, environment: state.environment});
	return warnings.length > 0 && (await isAttended()) ? [] : warnings;
}
