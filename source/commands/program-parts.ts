import {type Command, Option} from 'commander';
import {collect, wholeNumber} from '../workspace/flags.ts';

// An example that starts with another program names compartment after the pipe.
const exampleLine = (example: string): string =>
	example.includes('| compartment ') ? `  $ ${example}` : `  $ compartment ${example}`;

/** Adds a description and examples to a command. */
export function describe(command: Command, description: string, examples: readonly string[]): Command {
	return command.description(description).addHelpText('after', `\nExamples:\n${examples.map(exampleLine).join('\n')}`);
}

export const withServices = (command: Command): Command =>
	command.option('--service <name>', 'Only this service (repeatable)', collect);

export const withApplying = (command: Command): Command =>
	command
		.option('--auto-approve', 'Do not ask for approval')
		.addOption(new Option('--yes', 'Same as --auto-approve').implies({autoApprove: true}).hideHelp())
		.option('--parallelism <count>', 'Maximum number of concurrent steps', wholeNumber(1, 100), 10)
		.option('--plain', 'Print lines instead of the screen')
		.option('--accessible', 'Print plain words for screen readers (same as INK_SCREEN_READER=true)');
