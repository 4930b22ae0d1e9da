import {createTerminal} from '../../output/terminal.ts';
import type {ScreenFlags} from '../../workspace/flags.ts';
import {invokeAs} from '../../workspace/invocation.ts';
import type {CommandLine} from '../definitions/definition.ts';
import type {CommandResult} from '../exit-code.ts';
import {showDashboard} from '../show-dashboard.ts';

/** The dashboard for screen readers: questions and answers in lines. */
async function showLines(flags: ScreenFlags): Promise<void> {
	const [{printDashboardLines}, {runVerb, typedWords}, {onTerminal}, {logs}] = await Promise.all([
		import('../../dashboard/lines.ts'),
		import('../run-verb.ts'),
		import('../../console/dialogue.ts'),
		import('./logs.ts'),
	]);
	await printDashboardLines(flags, {
		async run(verb, environment) {
			const run = {verb, environment};
			await invokeAs(typedWords(run), environment, () => runVerb(run, flags, onTerminal(flags)));
		},
		showLogs: (names, environment) => logs(names, {...flags, env: environment, tail: 50, time: true}),
	});
}

/**
 * `compartment`: opens the dashboard of the project's environments. Prints the help without a terminal, and asks in
 * lines for screen readers.
 */
export async function browse(flags: ScreenFlags, {printHelp}: CommandLine): Promise<CommandResult> {
	const terminal = createTerminal(flags);
	if (!terminal.isInteractive) return printHelp();
	if (terminal.isAccessible) return showLines(flags);
	return showDashboard(flags.env === undefined ? undefined : {screen: 'environment', environment: flags.env}, flags);
}
