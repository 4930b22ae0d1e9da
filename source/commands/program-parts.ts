import {type Command, Option} from 'commander';
import {collect, wholeNumber} from '../workspace/flags.ts';

// One that begins with another program names ours behind its pipe.
const exampleLine = (example: string): string =>
	example.includes('| compartment ') ? `  $ ${example}` : `  $ compartment ${example}`;

/** A subcommand with examples under its help. */
export function describe(command: Command, description: string, examples: readonly string[]): Command {
	return command.description(description).addHelpText('after', `\nExamples:\n${examples.map(exampleLine).join('\n')}`);
}

export const withServices = (command: Command): Command =>
	command.option('--service <name>', 'only this service (repeatable)', collect);

export const withApplying = (command: Command): Command =>
	command
		.option('--auto-approve', 'do not ask')
		.addOption(new Option('--yes', 'the same as --auto-approve').implies({autoApprove: true}).hideHelp())
		.option('--parallelism <count>', 'steps at the same time', wholeNumber(1, 100), 10)
		.option('--plain', 'lines instead of the screen')
		.option('--accessible', 'lines in words, for a screen reader (INK_SCREEN_READER=true works too)');
