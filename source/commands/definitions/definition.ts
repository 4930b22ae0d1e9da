import type {CommandGroup, CommandName, CommandsOf} from '../../command-names.ts';
import type {CommandResult} from '../exit-code.ts';
import type {Parsed} from './parse.ts';

/** What a value names, so that a shell can complete it; absent for text that only the user knows. */
export type Named =
	| 'service'
	| 'resource'
	| 'service or resource'
	| 'address'
	| 'environment'
	| 'deployment'
	| 'run'
	| 'job'
	| 'backup'
	| 'store'
	| 'machine'
	| 'volume'
	| 'variable'
	| 'domain'
	| 'setting'
	| 'file'
	| 'folder';

type TextValue = {readonly kind: 'text'; readonly default?: string; readonly names?: Named};

type NumberValue = {
	readonly kind: 'number';
	/** Both bounds are inclusive. */
	readonly least: number;
	readonly most: number;
	readonly default?: number;
};

type ChoiceValue = {readonly kind: 'choice'; readonly choices: readonly string[]; readonly default?: string};

/** The flag of a switch: it is there, or not. */
type Switch = {
	readonly kind: 'boolean';
	readonly description: string;
	/** Written `--no-NAME`: the value is true without the flag. */
	readonly isNegated?: true;
	/** The flag that this one is another name for. Entries never see it. */
	readonly implies?: string;
	/** Left out of the help. */
	readonly isHidden?: true;
};

/** A flag with a value. */
type Option = {
	readonly description: string;
	/** What the value is called in the help. */
	readonly value: string;
	readonly isRequired?: true;
} & (
	| TextValue
	| NumberValue
	| ChoiceValue
	/** Given any number of times. */
	| {readonly kind: 'repeated'; readonly names?: Named}
	/** A length of time such as `30s`, in milliseconds. */
	| {readonly kind: 'duration'}
	| {readonly kind: 'custom'; readonly parse: (text: string) => Parsed<unknown>; readonly names?: Named}
);

export type Flag = Switch | Option;

/** Flags by their long names, without the dashes, in the order of the help. */
export type Flags = Readonly<Record<string, Flag>>;

/** A positional argument. */
export type Argument = {
	readonly name: string;
	readonly description?: string;
	readonly isOptional?: true;
	/** Takes all words that are left. */
	readonly isVariadic?: true;
} & (TextValue | NumberValue | ChoiceValue);

export type Example = {
	/** What follows `compartment`; the whole line when another program feeds it. */
	readonly line: string;
	/** What it does. */
	readonly text: string;
};

type Camel<Name extends string> = Name extends `${infer Head}-${infer Tail}`
	? `${Head}${Capitalize<Camel<Tail>>}`
	: Name;

type ValueOf<Value extends {readonly kind: string}> = Value extends {readonly kind: 'boolean'}
	? boolean
	: Value extends {readonly kind: 'number' | 'duration'}
		? number
		: Value extends {readonly kind: 'choice'; readonly choices: readonly (infer Choice)[]}
			? Choice
			: Value extends {readonly kind: 'repeated'}
				? readonly string[]
				: Value extends {readonly kind: 'custom'; readonly parse: (text: string) => Parsed<infer Custom>}
					? Custom
					: string;

type IsAlwaysThere = {readonly isRequired: true} | {readonly isNegated: true} | {readonly default: string | number};

type Own<Given extends Flags> = {
	[Name in keyof Given]: Given[Name] extends {readonly implies: string} ? never : Name;
}[keyof Given];

type Present<Given extends Flags> = {
	[Name in Own<Given>]: Given[Name] extends IsAlwaysThere ? Name : never;
}[Own<Given>];

type Flat<Type> = {[Name in keyof Type]: Type[Name]};

/** What an entry gets for its flags: `--auto-approve` as `autoApprove`, undefined unless it is given or has a default. */
export type FlagsOf<Given extends Flags> = Flat<
	{readonly [Name in Present<Given> as Camel<Name & string>]: ValueOf<Given[Name]>} & {
		readonly [Name in Exclude<Own<Given>, Present<Given>> as Camel<Name & string>]?: ValueOf<Given[Name]>;
	}
>;

type ArgumentOf<Given extends Argument> = Given extends {readonly isVariadic: true}
	? readonly string[]
	: Given extends {readonly isOptional: true}
		? Given extends IsAlwaysThere
			? ValueOf<Given>
			: ValueOf<Given> | undefined
		: ValueOf<Given>;

/** What an entry gets for its positional arguments. */
export type ArgumentsOf<Given extends readonly Argument[]> = {
	readonly [Index in keyof Given]: ArgumentOf<Given[Index]>;
};

/** What an entry may ask of the command line that runs it. */
export type CommandLine = {
	/** Prints the list of all commands. */
	readonly printHelp: () => void | Promise<void>;
};

/** The function that runs a command. It may leave out what it does not need, from the end. */
export type Entry<Arguments extends readonly Argument[], Given extends Flags> = (
	...given: [...values: ArgumentsOf<Arguments>, flags: FlagsOf<Given>, commandLine: CommandLine]
) => CommandResult | Promise<CommandResult>;

type Shape<Arguments, Given, Run> = {
	/** One line, for lists. */
	readonly description: string;
	readonly arguments?: Arguments;
	readonly flags: Given;
	readonly examples: readonly [Example, ...Example[]];
	/** Loads the entry, which nothing else does: no command pays for another. */
	readonly run: () => Promise<Run>;
};

/** One command as plain data: the source of its parser, its help and its documentation. */
export type Definition = Shape<
	readonly Argument[],
	Flags,
	(...given: never[]) => CommandResult | Promise<CommandResult>
>;

type FlagsTakenBy<Run, Count extends number> = Run extends (...given: infer Given) => unknown ? Given[Count] : never;

type Unknown<Arguments extends readonly Argument[], Given extends Flags, Run> = Exclude<
	keyof FlagsOf<Given>,
	keyof NonNullable<FlagsTakenBy<Run, Arguments['length']>>
>;

/**
 * Checks that an entry takes what its definition gives: the values of its arguments and flags, and no flag that the
 * type of the entry does not know.
 */
export const defineCommand = <
	const Arguments extends readonly Argument[] = readonly [],
	const Given extends Flags = Flags,
	Run extends Entry<Arguments, Given> = Entry<Arguments, Given>,
>(
	definition: Shape<Arguments, Given, Run> &
		([Unknown<Arguments, Given, Run>] extends [never]
			? unknown
			: {readonly flagsThatTheEntryDoesNotTake: Unknown<Arguments, Given, Run>}),
): NoInfer<Shape<Arguments, Given, Run>> => definition;

type Parent<Name extends string> = Name extends `${infer First} ${infer Second} ${string}`
	? First | `${First} ${Second}`
	: Name extends `${infer First} ${string}`
		? First
		: never;

/** The definitions of one file, and a description of each word that stands before several commands. */
export type Group<Name extends CommandGroup> = {
	readonly commands: Readonly<Record<CommandsOf<Name>, Definition>>;
	readonly parents: Readonly<Record<Parent<CommandsOf<Name>>, string>>;
};

/** The words of a command, such as `resource backup create`. */
export const wordsOf = (name: CommandName): readonly string[] => name.split(' ');

/** The command line of an example, as it is typed. */
export const exampleLine = ({line}: Example): string =>
	line.includes('| compartment ') ? line : `compartment ${line}`.trim();
