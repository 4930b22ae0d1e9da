import {beginInvocation} from '../workspace/invocation.ts';
import {assertCommand} from './assert-command.ts';
import {loadDefinitions} from './definitions/load.ts';
import type {CommandResult} from './exit-code.ts';
import {createProgram} from './program.ts';

/** Prints the list of all commands. */
export async function printHelp(version: string): Promise<void> {
	createProgram(version, await loadDefinitions(), {printHelp: () => undefined}).outputHelp();
}

/** It repeats what was typed, which a script may have put together from foreign text. */
async function printRefusal(text: string): Promise<void> {
	const {sanitiseText} = await import('../output/sanitise.ts');
	process.stderr.write(sanitiseText(text));
}

/**
 * Parses a command line and runs its command. Returns what the command returned.
 * @param given begins with a command, or is one of the flags that need none
 * @param typed the words before a command was added to them
 */
export async function runCommandLine(
	given: readonly string[],
	typed: readonly string[],
	version: string,
): Promise<CommandResult> {
	const results: CommandResult[] = [];
	const commandLine = {printHelp: () => printHelp(version)};
	let refusal = '';
	const program = createProgram(version, await loadDefinitions(given[0]), commandLine, {
		onResult: result => results.push(result),
		writeError(text) {
			refusal += text;
		},
	});
	if (!program.commands.some(command => command.name() === given[0])) {
		const {refuseOtherWords} = await import('./other-words.ts');
		refuseOtherWords(given[0]);
	}
	assertCommand(program, given);
	program.hook('preAction', (_, action) => beginInvocation(action, typed));
	try {
		await program.parseAsync(given, {from: 'user'});
	} finally {
		if (refusal !== '') await printRefusal(refusal);
	}
	return results[0];
}
