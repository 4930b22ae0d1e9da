import {Argument, Command, InvalidArgumentError, Option} from 'commander';
import {
	type Argument as ArgumentDefinition,
	type CommandLine,
	type Definition,
	exampleLine,
	type Flag,
	wordsOf,
} from './definitions/definition.ts';
import type {Definitions} from './definitions/load.ts';
import {type Parsed, parseDuration, parseWholeNumber} from './definitions/parse.ts';
import type {CommandResult} from './exit-code.ts';

/** Refuses a value as commander does. */
function read<Value>(parsed: Parsed<Value>): Value {
	if ('problem' in parsed) throw new InvalidArgumentError(parsed.problem);
	return parsed.value;
}

type Reader = (text: string, previous: unknown) => unknown;

/** How the text of a flag or an argument becomes its value, when it is not the text itself. */
function readerOf(value: Flag | ArgumentDefinition): Reader | undefined {
	switch (value.kind) {
		case 'number':
			return text => read(parseWholeNumber(text, value.least, value.most));
		case 'duration':
			return text => read(parseDuration(text));
		case 'custom':
			return text => read(value.parse(text));
		case 'repeated':
			return (text, previous) => [...(Array.isArray(previous) ? previous : []), text];
		default:
			return undefined;
	}
}

/** Sets how the value of a flag or an argument is read. */
function withReader<Target extends Option | Argument>(target: Target, value: Flag | ArgumentDefinition): Target {
	const reader = readerOf(value);
	if (reader) target.argParser(reader);
	if (value.kind === 'choice') target.choices(value.choices);
	if ('default' in value && value.default !== undefined) target.default(value.default);
	return target;
}

/** Takes what the command returned that was run. */
type OnResult = (result: CommandResult) => unknown;

type Handlers = {
	readonly onResult?: OnResult;
	/** Takes the message about a command line that is refused; by default it goes to stderr as it is. */
	readonly writeError?: (text: string) => void;
};

const attributeOf = (name: string): string => new Option(`--${name}`).attributeName();

function optionOf(name: string, flag: Flag): Option {
	if (flag.kind !== 'boolean') {
		const option = new Option(`--${name} <${flag.value}>`, flag.description);
		return withReader(option, flag).makeOptionMandatory(flag.isRequired ?? false);
	}
	const option = new Option(flag.isNegated ? `--no-${name}` : `--${name}`, flag.description);
	if (flag.implies !== undefined) option.implies({[attributeOf(flag.implies)]: true});
	return option.hideHelp(flag.isHidden ?? false);
}

function argumentOf(argument: ArgumentDefinition): Argument {
	const name = `${argument.name}${argument.isVariadic ? '...' : ''}`;
	return withReader(new Argument(argument.isOptional ? `[${name}]` : `<${name}>`, argument.description), argument);
}

const examplesText = ({examples}: Definition): string =>
	['\nExamples:', ...examples.flatMap(example => [`  # ${example.text}`, `  $ ${exampleLine(example)}`])].join('\n');

function define(command: Command, definition: Definition, commandLine: CommandLine, onResult: OnResult): void {
	command.description(definition.description).addHelpText('after', examplesText(definition));
	for (const [name, flag] of Object.entries(definition.flags)) command.addOption(optionOf(name, flag));
	for (const argument of definition.arguments ?? []) command.addArgument(argumentOf(argument));
	command.action(async (...given: readonly unknown[]) => {
		// defineCommand has checked that the entry takes just these values; a list of all commands cannot say it for each.
		const entry = (await definition.run()) as (...values: readonly unknown[]) => CommandResult | Promise<CommandResult>;
		// The last one is the command itself.
		onResult(await entry(...given.slice(0, -1), commandLine));
	});
}

/** The command of these words, made with the words before it when it is not there yet. */
function commandOf(program: Command, words: readonly string[], parents: Definitions['parents']): Command {
	let command = program;
	for (const [index, word] of words.entries()) {
		const parent = command;
		const path = words.slice(0, index + 1).join(' ');
		command =
			parent.commands.find(child => child.name() === word) ?? parent.command(word).description(parents.get(path) ?? '');
	}
	return command;
}

/** The command line of these definitions. A command is loaded when it runs. */
export function createProgram(
	version: string,
	{commands, parents}: Definitions,
	commandLine: CommandLine,
	{onResult = () => undefined, writeError}: Handlers = {},
): Command {
	const program = new Command('compartment')
		.description('Plan, approve and apply services and their databases on machines you own.')
		.version(version, '-V, --version', 'Print the version')
		.helpOption('-h, --help', 'Show this help')
		.helpCommand('help [command]', 'Show help for a command')
		.showHelpAfterError('(compartment --help lists the commands)')
		.showSuggestionAfterError()
		.configureHelp({showGlobalOptions: false})
		.configureOutput(writeError ? {writeErr: writeError} : {})
		.exitOverride();
	for (const [name, definition] of commands)
		define(commandOf(program, wordsOf(name), parents), definition, commandLine, onResult);
	return program;
}
