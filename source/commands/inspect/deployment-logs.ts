import type {ApplyEvent} from '../../apply/events.ts';
import {UserError} from '../../errors.ts';
import {command} from '../../hint.ts';
import {eventLine} from '../../output/events/events-json.ts';
import {createEventPrinter} from '../../output/events/events-text.ts';
import {createTerminal} from '../../output/terminal.ts';
import {listRuns, readRunLog} from '../../state/run-log.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {openWorkspace, readExistingState} from '../../workspace/workspace.ts';

type LogFlags = CommonFlags & {readonly run?: string; readonly service?: readonly string[]};

const concerns = (event: ApplyEvent, services: readonly string[]): boolean =>
	!('address' in event) || services.some(service => event.address.split('.').slice(1).join('.') === service);

/** The latest run for one of the services, or for any. A run whose build failed has no deployment. */
const newestRun = (directory: string, services: readonly string[]): string | undefined =>
	listRuns(directory).find(run => {
		// Jobs and backups have their own log commands.
		if (!run.startsWith('run_')) return false;
		const events = (readRunLog(directory, run) ?? []) as readonly ApplyEvent[];
		return services.length === 0 || events.some(event => 'address' in event && concerns(event, services));
	});

/**
 * `compartment deployment logs [ID]`: prints the complete log of an apply, including builds and release commands
 * (docs/rules.md, "Deployment logs").
 */
export async function deploymentLogs(id: string | undefined, flags: LogFlags): Promise<void> {
	const {paint, glyphs} = createTerminal(flags);
	const {directory, ...workspace} = await openWorkspace(flags);
	const state = await readExistingState({directory, ...workspace});
	const named = id === undefined ? undefined : state.deployments[id];
	const services = named ? [named.service] : flags.service;
	const run =
		flags.run ??
		named?.run ??
		(id?.startsWith('run_') ? id : undefined) ??
		(id === undefined ? newestRun(directory, services ?? []) : undefined);
	const events = run === undefined ? undefined : readRunLog(directory, run);
	if (!events)
		throw new UserError(
			`There is no log of ${id ?? flags.run ?? 'a deployment'} in environment ${state.environment}.`,
			{
				hint: command('deployment list'),
			},
		);
	const wanted = (events as readonly ApplyEvent[]).filter(
		event => !services || services.length === 0 || concerns(event, services),
	);
	const print = createEventPrinter({write: text => void process.stdout.write(text), paint, glyphs});
	for (const event of wanted) {
		if (isJson(flags)) process.stdout.write(eventLine(event));
		else print(event);
	}
}
