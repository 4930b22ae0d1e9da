import type {LogPart} from '../dashboard/log-reader.ts';
import {exitCodes} from '../errors.ts';
import type {DashboardLocation} from '../ui/dashboard/state.ts';
import type {ScreenFlags} from '../workspace/flags.ts';

/** Opens the dashboard, whose keys run commands. Resolves with the exit code when the user quits. */
export async function showDashboard(
	start: DashboardLocation | undefined,
	flags: ScreenFlags,
	part?: LogPart,
): Promise<number> {
	const {openDashboard} = await import('../dashboard/open.ts');
	const {isCancelled} = await openDashboard({
		start,
		flags,
		part,
		// Loaded when a key needs it: the first frame must not wait for all commands.
		depart: async (departure, context) => (await import('./depart.ts')).depart(departure, context),
		async loadCommands() {
			const {runVerb, typedWords} = await import('./run-verb.ts');
			return {run: runVerb, typedWords};
		},
	});
	return isCancelled ? exitCodes.cancelled : exitCodes.done;
}
