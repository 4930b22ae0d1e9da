import {createTerminal} from '../../output/terminal.ts';
import type {ScreenFlags} from '../../workspace/flags.ts';
import {showDashboard} from '../show-dashboard.ts';

/** The dashboard for a screen reader: questions and answers in lines. */
async function askInLines(flags: ScreenFlags): Promise<void> {
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
 * `compartment`: the dashboard of this project's environments. Without a terminal it is the help text, for a screen
 * reader questions and answers in lines.
 */
export async function browse(flags: ScreenFlags, printHelp: () => void | Promise<void>): Promise<void> {
	const terminal = createTerminal(flags);
	if (!terminal.isInteractive) return printHelp();
	if (terminal.isAccessible) return askInLines(flags);
	await showDashboard(flags.env === undefined ? undefined : {screen: 'environment', environment: flags.env}, flags);
}
