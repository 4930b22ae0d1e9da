import type {CommandName} from './command-names.ts';

/** A command to run next. It does not name the environment; `renderHint` adds it. */
export type CommandPart = {readonly command: CommandName; readonly words: readonly string[]};

/** The command line as it was given, with these words added. */
export type AgainPart = {readonly again: readonly string[]};

export type HintPart = string | CommandPart | AgainPart;

/** What to do next: prose with commands in it. Plain data, so that plans and events can hold it. */
export type Hint = HintPart | readonly HintPart[];

/**
 * A Compartment command in a hint. Leave out the environment unless it differs from that of the message.
 * @param words arguments and flags, unquoted: `renderHint` quotes them for the shell
 */
export const command = (name: CommandName, ...words: readonly string[]): CommandPart => ({command: name, words});

/** The user's command line with what it lacks, such as `--auto-approve`. */
export const again = (...words: readonly string[]): AgainPart => ({again: words});

const isParts = (shown: Hint): shown is readonly HintPart[] => Array.isArray(shown);

/** The parts of a hint, in order. */
export const partsOf = (shown: Hint): readonly HintPart[] => (isParts(shown) ? shown : [shown]);

/** Prose with commands in it: hint`Stop it first: ${command('stop')}`. */
export const hint = (texts: TemplateStringsArray, ...parts: readonly Hint[]): Hint =>
	texts.flatMap((text, index) => [
		...(text === '' ? [] : [text]),
		...(index < parts.length ? partsOf(parts[index]!) : []),
	]);

/** Joins hints into one, such as several ways out of a problem. */
export const joinHints = (hints: readonly Hint[], separator = ', or '): Hint =>
	hints.flatMap((part, index) => [...(index === 0 ? [] : [separator]), ...partsOf(part)]);
