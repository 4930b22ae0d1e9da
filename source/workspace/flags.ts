import {type Command, InvalidArgumentError, Option} from 'commander';

/** Flags that most commands share. */
export type CommonFlags = {
	readonly env?: string;
	readonly project?: string;
	readonly remote?: string;
	/** Milliseconds to wait for another command's lock; default none. */
	readonly lockTimeout?: number;
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

/** Parses a whole number within bounds. */
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
		.addOption(new Option('--output <format>', 'Output format').choices(['text', 'json']))
		.option('--json', 'Same as --output json')
		.option('--no-color', 'Disable colours (same as NO_COLOR=1)');

/** Parses a duration such as `500ms`, `30s`, `5m` or `1h` into milliseconds. */
const duration = (value: string): number => {
	const [, number, unit] = /^(\d{1,6})(ms|s|m|h)$/.exec(value) ?? [];
	if (number === undefined) throw new InvalidArgumentError('Write it as 30s, 5m or 1h.');
	return Number(number) * {ms: 1, s: 1000, m: 60_000, h: 3_600_000}[unit as 'ms' | 's' | 'm' | 'h'];
};

/** The options that select the project and the engine, and the time to wait for a lock. */
export const withReach = (command: Command): Command =>
	command
		.option('--project <name|folder>', 'Project name, or the folder of its compartment.yml')
		.option('--remote <engine>', 'Docker context, or address of an engine such as tcp://host:2376')
		.option('--lock-timeout <time>', 'Time to wait for another command, such as 30s', duration);

/** `--env`, and the options for project, engine and output. */
export const withCommon = (command: Command): Command =>
	withOutput(withReach(command.option('--env <name>', 'Environment (default: production)', environmentName)));

export const isJson = (flags: CommonFlags): boolean => flags.json === true || flags.output === 'json';
