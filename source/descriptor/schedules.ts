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

/** A line of a crontab that runs a command in a folder every minute; a `%` would end the command there. */
const crontabLine = (directory: string, command: string): string => `* * * * * cd ${quoted(directory)} && ${command}`;

/** What a cron service's schedule does not do, without its name. */
export const cronServiceNote = ({name, schedule}: Service): string =>
	schedule
		? `nothing starts it by its schedule (${describeSchedule(schedule)}) yet; run it by hand, with the command job run ${name}`
		: `has no schedule; it runs only by hand, with the command job run ${name}`;

/** The cron services of a project, each with what its schedule does not do. */
export const cronServiceWarnings = (services: readonly Service[]): string[] =>
	services.filter(({kind}) => kind === 'cron').map(service => `Service ${service.name}: ${cronServiceNote(service)}`);

type Place = {
	/** Absolute directory of compartment.yml. */
	readonly directory: string;
	readonly environment: string;
};

/**
 * Which backup schedules need a crontab, on one line, and the line for it below; nothing when there are none. Presets
 * bring a schedule that compartment.yml does not show.
 */
export function backupScheduleWarnings(resources: readonly Resource[], {directory, environment}: Place): string[] {
	const scheduled = resources.flatMap(({name, preset, operations}) => {
		const schedule = operations.backup?.schedule;
		if (!schedule) return [];
		return `${name} (${describeSchedule(schedule)}${preset === undefined ? '' : `, from preset ${preset}`})`;
	});
	if (scheduled.length === 0) return [];
	// A `%` would end the command in a crontab.
	const line = renderHint(command('resource backup run-due'), {environment}).replaceAll('%', '\\%');
	const noun = scheduled.length === 1 ? 'schedule' : 'schedules';
	return [
		`Nothing runs the backup ${noun} of ${scheduled.join(', ')} until cron does. Add this line with crontab -e:\n${crontabLine(directory, line)}`,
	];
}
