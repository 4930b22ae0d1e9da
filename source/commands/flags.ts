import {type Command, InvalidArgumentError, Option} from 'commander';

/** Flags that most commands share. */
export type CommonFlags = {
	readonly env?: string;
	readonly project?: string;
	readonly output?: 'text' | 'json';
	readonly json?: boolean;
	/** commander sets it to false for `--no-color`, and to true for `--color` and when neither is given. */
	readonly color?: boolean;
};

/** Flags of commands that can show a screen. */
export type ScreenFlags = CommonFlags & {readonly plain?: boolean; readonly accessible?: boolean};

const environmentName = (value: string): string => {
	if ([...value].length >= 1 && [...value].length <= 63) return value;
	throw new InvalidArgumentError('An environment name has 1 to 63 characters.');
};

/** A positive whole number, with an upper bound if given. */
export const wholeNumber =
	(least: number, most: number) =>
	(value: string): number => {
		const number = Number(value);
		if (/^\d+$/.test(value) && number >= least && number <= most) return number;
		throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
	};

/** Collects a repeatable option. */
export const collect = (value: string, previous: readonly string[] = []): string[] => [...previous, value];

export const withOutput = (command: Command): Command =>
	command
		.addOption(new Option('--output <format>', 'text or json').choices(['text', 'json']))
		.option('--json', 'short for --output json')
		.option('--no-color', 'no colours (NO_COLOR works too)');

/** `--env`, `--project` and the output flags. */
export const withCommon = (command: Command): Command =>
	withOutput(
		command
			.option('--env <name>', 'environment (default: production)', environmentName)
			.option('--project <name>', 'project, by default the name in compartment.yml'),
	);

export const isJson = (flags: CommonFlags): boolean => flags.json === true || flags.output === 'json';
