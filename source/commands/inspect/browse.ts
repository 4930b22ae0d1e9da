import {createTerminal} from '../../output/terminal.ts';
import type {ScreenFlags} from '../../workspace/flags.ts';
import type {CommandLine} from '../definitions/definition.ts';
import {showDashboard} from '../show-dashboard.ts';

/** The dashboard for screen readers: questions and answers in lines. */
async function showLines(flags: ScreenFlags): Promise<void> {
	const [{printDashboardLines}, {runCommand}, {logs}] = await Promise.all([
		import('../../dashboard/lines.ts'),
		import('../depart.ts'),
		import('./logs.ts'),
	]);
	await printDashboardLines(flags, {
		run: (verb, environment) => runCommand({type: 'run', verb, environment}, {flags}),
		showLogs: (names, environment) => logs(names, {...flags, env: environment, tail: 50, time: true}),
	});
}

/**
 * `compartment`: opens the dashboard of the project's environments. Prints the help without a terminal, and asks in
 * lines for screen readers.
 */
export async function browse(flags: ScreenFlags, {printHelp}: CommandLine): Promise<void> {
	const terminal = createTerminal(flags);
	if (!terminal.isInteractive) return printHelp();
	if (terminal.isAccessible) return showLines(flags);
	await showDashboard(flags.env === undefined ? undefined : {screen: 'environment', environment: flags.env}, flags);
}
