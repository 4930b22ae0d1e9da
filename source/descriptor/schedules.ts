import {command} from '../hint.ts';
import {renderHint} from '../render-hint.ts';
import type {BackupOperation, Resource, Schedule, Service} from './project.ts';

type BackupSchedule = NonNullable<BackupOperation['schedule']>;

/** `daily`, `hourly`, `cron 0 2 * * 1`. */
export function describeSchedule(schedule: BackupSchedule | Schedule): string {
	const {cron, interval} = schedule as BackupSchedule;
	return cron === undefined ? interval! : `cron ${cron}`;
}

const quoted = (text: string): string =>
	/^[\w./@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''").replaceAll('%', '\\%')}'`;

/** A crontab line that runs a command in a folder every minute. */
const crontabLine = (directory: string, command: string): string => `* * * * * cd ${quoted(directory)} && ${command}`;

/** What the schedule of a cron service does not do, without the name of the service. */
export const cronServiceNote = ({name, schedule}: Service): string =>
	schedule
		? `its schedule (${describeSchedule(schedule)}) has no effect yet; run it with the command job run ${name}`
		: `has no schedule; run it with the command job run ${name}`;

/** Warnings about the schedules of a project's cron services. */
export const cronServiceWarnings = (services: readonly Service[]): string[] =>
	services.filter(({kind}) => kind === 'cron').map(service => `Service ${service.name}: ${cronServiceNote(service)}`);

type CrontabTarget = {
	/** Absolute directory of compartment.yml. */
	readonly directory: string;
	readonly environment: string;
};

/**
 * A warning that backup schedules need a crontab entry, with the entry; none without schedules. Presets have schedules that
 * compartment.yml does not show.
 */
export function backupScheduleWarnings(
	resources: readonly Resource[],
	{directory, environment}: CrontabTarget,
): string[] {
	const scheduled = resources.flatMap(({name, preset, operations}) => {
		const schedule = operations.backup?.schedule;
		if (!schedule) return [];
		return `${name} (${describeSchedule(schedule)}${preset === undefined ? '' : `, from preset ${preset}`})`;
	});
	if (scheduled.length === 0) return [];
	// In a crontab, `%` ends the command.
	const line = renderHint(command('resource backup run-due'), {environment}).replaceAll('%', '\\%');
	const [noun, verb] = scheduled.length === 1 ? ['schedule', 'needs'] : ['schedules', 'need'];
	return [
		`The backup ${noun} of ${scheduled.join(', ')} ${verb} cron. Add this line with crontab -e:\n${crontabLine(directory, line)}`,
	];
}
