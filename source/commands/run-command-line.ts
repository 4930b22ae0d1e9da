import {beginInvocation} from '../workspace/invocation.ts';
import {assertCommand} from './assert-command.ts';
import {loadDefinitions} from './definitions/load.ts';
import {createProgram} from './program.ts';

/** Prints the list of all commands. */
export async function printHelp(version: string): Promise<void> {
	createProgram(version, await loadDefinitions(), {printHelp: () => undefined}).outputHelp();
}

/**
 * Parses a command line and runs its command.
 * @param given begins with a command, or is one of the flags that need none
 * @param typed the words before a command was added to them
 */
export async function runCommandLine(given: readonly string[], typed: readonly string[], version: string) {
	const program = createProgram(version, await loadDefinitions(given[0]), {printHelp: () => printHelp(version)});
	if (!program.commands.some(command => command.name() === given[0])) {
		const {refuseOtherWords} = await import('./other-words.ts');
		refuseOtherWords(given[0]);
	}
	assertCommand(program, given);
	program.hook('preAction', (_, action) => beginInvocation(action, typed));
	await program.parseAsync(given, {from: 'user'});
}
