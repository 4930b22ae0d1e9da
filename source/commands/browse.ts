import type {ScreenFlags} from './flags.ts';
import {createTerminal} from './terminal.ts';

/**
 * `compartment`: the dashboard of this project's environments. Without a terminal it is the help text, for a screen
 * reader questions and answers in lines.
 */
export async function browse(flags: ScreenFlags, printHelp: () => void | Promise<void>): Promise<void> {
	const terminal = createTerminal(flags);
	if (!terminal.isInteractive) return printHelp();
	if (terminal.isAccessible) return (await import('./browse-lines.ts')).browseLines(flags);
	const {openDashboard} = await import('./open-dashboard.ts');
	await openDashboard(flags.env === undefined ? undefined : {screen: 'environment', environment: flags.env}, flags);
}
