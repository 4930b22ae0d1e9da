import {type Command, InvalidArgumentError, Option} from 'commander';

/** Flags that most commands share. */
export type CommonFlags = {
	readonly env?: string;
	readonly project?: string;
	readonly remote?: string;
	/** Milliseconds to wait for another command's lock; it leaves at once without. */
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

/** A length of time such as `500ms`, `30s`, `5m` or `1h`, in milliseconds. */
const duration = (value: string): number => {
	const [, number, unit] = /^(\d{1,6})(ms|s|m|h)$/.exec(value) ?? [];
	if (number === undefined) throw new InvalidArgumentError('Write it as 30s, 5m or 1h.');
	return Number(number) * {ms: 1, s: 1000, m: 60_000, h: 3_600_000}[unit as 'ms' | 's' | 'm' | 'h'];
};

/** Where the project and its engine are, and how long to wait for another command on the environment. */
export const withReach = (command: Command): Command =>
	command
		.option('--project <name|folder>', 'project: its name, or the folder of its compartment.yml')
		.option('--remote <engine>', 'a docker context, or an address such as tcp://host:2376')
		.option('--lock-timeout <time>', 'wait so long for another command, such as 30s', duration);

/** `--env`, where project and engine are, and the output flags. */
export const withCommon = (command: Command): Command =>
	withOutput(withReach(command.option('--env <name>', 'environment (default: production)', environmentName)));

export const isJson = (flags: CommonFlags): boolean => flags.json === true || flags.output === 'json';
