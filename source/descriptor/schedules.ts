import {command} from '../hint.ts';
import {renderHint} from '../render-hint.ts';
import type {BackupSchedule, Resource, Schedule, Service} from './project.ts';

/** `daily`, `hourly`, `cron 0 2 * * 1`. */
export function describeSchedule(schedule: BackupSchedule | Schedule): string {
	const {cron, interval} = schedule as BackupSchedule;
	return cron === undefined ? interval! : `cron ${cron}`;
}

const quoted = (text: string): string =>
	/^[\w./@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''").replaceAll('%', '\\%')}'`;

/** A crontab line that runs a command in a folder every minute. */
const crontabLine = (directory: string, command: string): string => `* * * * * cd ${quoted(directory)} && ${command}`;

/** A volume of a service that is backed up by a schedule; its name is `web.uploads`. */
type ScheduledVolume = {readonly name: string; readonly schedule: BackupSchedule};

export const scheduledVolumes = (services: readonly Service[]): ScheduledVolume[] =>
	services.flatMap(({name, volumes = {}}) =>
		Object.entries(volumes).flatMap(([handle, {backup}]) =>
			backup?.schedule ? {name: `${name}.${handle}`, schedule: backup.schedule} : [],
		),
	);

type Attended = {
	readonly services?: readonly Service[];
	readonly resources: readonly Resource[];
	/** Default: those of the services. */
	readonly volumes?: readonly ScheduledVolume[];
	/** Absolute directory of compartment.yml. */
	readonly directory: string;
	readonly environment: string;
};

/**
 * A warning that nothing runs these schedules, with what would; none without schedules. Presets have schedules that
 * compartment.yml does not show.
 */
export function scheduleWarnings({
	services = [],
	resources,
	volumes = scheduledVolumes(services),
	directory,
	environment,
}: Attended): string[] {
	const ofServices = services.flatMap(({name, kind, schedule}) =>
		kind === 'cron' && schedule ? [`${name} (${describeSchedule(schedule)})`] : [],
	);
	const ofResources = resources.flatMap(({name, preset, operations}) => {
		const schedule = operations.backup?.schedule;
		if (!schedule) return [];
		return `${name} (backup, ${describeSchedule(schedule)}${preset === undefined ? '' : `, from preset ${preset}`})`;
	});
	const ofVolumes = volumes.map(({name, schedule}) => `${name} (backup, ${describeSchedule(schedule)})`);
	const ofBackups = [...ofResources, ...ofVolumes];
	const all = [...ofServices, ...ofBackups];
	if (all.length === 0) return [];
	const place = {environment};
	const start = `Register the project with ${renderHint(command('agent add'), place)}, and start ${renderHint(command('agent run'), place)}`;
	const message = `Nothing runs the ${all.length === 1 ? 'schedule' : 'schedules'} of ${all.join(', ')}. ${start}.`;
	if (ofBackups.length === 0) return [message];
	// In a crontab, `%` ends the command.
	const line = renderHint(command('resource backup run-due'), place).replaceAll('%', '\\%');
	return [`${message} Or let cron make the backups, with this line for crontab -e:\n${crontabLine(directory, line)}`];
}
