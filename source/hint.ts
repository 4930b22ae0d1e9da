import type {CommandName} from './command-names.ts';

/** A command to run next. It does not know the environment: whoever shows it adds that. */
export type CommandPart = {readonly command: CommandName; readonly words: readonly string[]};

/** The command line that was given, once more, with these words added. */
export type AgainPart = {readonly again: readonly string[]};

export type HintPart = string | CommandPart | AgainPart;

/** What to do next: prose with commands in it. Plain data, so that a plan or an event can hold it. */
export type Hint = HintPart | readonly HintPart[];

/**
 * A command of ours in a hint. Name no environment, unless it is another one than that of the message.
 * @param words arguments and flags, each as it is: they are quoted for the shell when the hint is shown
 */
export const command = (name: CommandName, ...words: readonly string[]): CommandPart => ({command: name, words});

/** The command line that the user has given, with what it lacks, such as `--auto-approve`. */
export const again = (...words: readonly string[]): AgainPart => ({again: words});

const isParts = (shown: Hint): shown is readonly HintPart[] => Array.isArray(shown);

/** A hint's prose and commands, in their order. */
export const partsOf = (shown: Hint): readonly HintPart[] => (isParts(shown) ? shown : [shown]);

/** Prose with commands in it: hint`Stop it first: ${command('stop')}`. */
export const hint = (texts: TemplateStringsArray, ...parts: readonly Hint[]): Hint =>
	texts.flatMap((text, index) => [
		...(text === '' ? [] : [text]),
		...(index < parts.length ? partsOf(parts[index]!) : []),
	]);

/** Several hints as one, such as the ways out of a problem. */
export const joinHints = (hints: readonly Hint[], separator = ', or '): Hint =>
	hints.flatMap((part, index) => [...(index === 0 ? [] : [separator]), ...partsOf(part)]);
