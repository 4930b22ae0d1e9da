import {isIP} from 'node:net';
import {isAbsolute} from 'node:path';

/** How one kind of setting is checked. Both functions return undefined for a value that is not allowed. */
export type Check<Value> = {
	/** Completes "must be …". */
	readonly allowed: string;
	readonly accept: (value: unknown) => Value | undefined;
	/** The same for the text of an environment variable or of a command line. */
	readonly fromText: (text: string) => Value | undefined;
	/** How one part of an object is checked; undefined for a part that it cannot have. */
	readonly checkOf?: (part: string) => Check<unknown> | undefined;
	/** For values that hold secrets: they are never shown, and never taken from a command line. */
	readonly secret?: {
		/** What may be shown of any value, valid or not. */
		readonly redact: (value: unknown) => unknown;
		/** What is wrong with a value, without quoting it. */
		readonly explain: (value: unknown) => string;
	};
};

export type Rule<Value, Own = Value> = {
	readonly fallback: Value;
	/** For what the user says: of an object with defaults only some parts. */
	readonly check: Check<Own>;
	/** Name of the environment variable that overrides the file. */
	readonly variable: string | undefined;
	/** Part of an object → name of the variable that overrides this part alone. */
	readonly partVariables: Readonly<Record<string, string>>;
};

/** @param variables that of the setting, or of its parts */
export const rule = <Value, Own = Value>(
	fallback: NoInfer<Value>,
	check: Check<Own>,
	variables: string | Readonly<Record<string, string>> = {},
): Rule<Value, Own> => ({
	fallback,
	check,
	...(typeof variables === 'string'
		? {variable: variables, partVariables: {}}
		: {variable: undefined, partVariables: variables}),
});

/** A text that passes a test. */
export const text = (allowedText: string, isAllowed: (value: string) => boolean): Check<string> => {
	const accept = (value: unknown) => (typeof value === 'string' && isAllowed(value) ? value : undefined);
	return {allowed: allowedText, accept, fromText: accept};
};

/** A text that matches a pattern. */
export const allowed = (pattern: RegExp, allowedText: string): Check<string> =>
	text(allowedText, value => pattern.test(value));

/** A whole number in a range. */
export function number(least: number, most: number): Check<number> {
	const accept = (value: unknown) =>
		typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most ? value : undefined;
	return {
		allowed: `a whole number from ${least} to ${most}`,
		accept,
		fromText: value => (/^\d{1,9}$/.test(value) ? accept(Number(value)) : undefined),
	};
}

function oneOf(values: readonly string[]): Check<string> {
	return text(`one of ${values.join(', ')}`, value => values.includes(value));
}

export const onOrOff: Check<boolean> = {
	allowed: 'true or false',
	accept: value => (typeof value === 'boolean' ? value : undefined),
	fromText: value => (value === 'true' ? true : value === 'false' ? false : undefined),
};

export const absolutePath = text('an absolute path', isAbsolute);

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';

export const hostName = text(
	'a domain name in lower case, such as localhost or apps.example.com',
	value => value.length <= 190 && new RegExp(`^${label}(?:\\.${label})*$`).test(value),
);

export const imageReference = text(
	'an image reference, such as haproxy:3.0.25-alpine or registry.example.com/haproxy@sha256:…',
	value => /^$|^[a-z0-9][\w.:/-]*(?:@sha256:[0-9a-f]{64})?$/.test(value),
);

export const ipAddress = text('an IP address, such as 127.0.0.1', value => isIP(value) !== 0);

/** An IPv4 block whose prefix length is in a range, written with its first address. */
export const poolOf = (shortest: number, longest: number): Check<string> =>
	text(
		`an IPv4 block such as 10.213.0.0/16, from /${shortest} to /${longest}, written with its first address`,
		value => {
			const match = /^([\d.]+)\/(\d{1,2})$/.exec(value);
			if (!match || isIP(match[1]!) !== 4) return false;
			const prefix = Number(match[2]);
			if (prefix < shortest || prefix > longest) return false;
			const address = match[1]!.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
			return address % 2 ** (32 - prefix) === 0;
		},
	);

const keyName =
	/^(?:(?:ctrl|alt)-[a-z]|shift-tab|up|down|left|right|pageup|pagedown|home|end|enter|escape|tab|space|backspace|delete|\S)$/u;

/** A JSON object. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** The keys of one action; in a text with spaces between them. */
const keyList: Check<readonly string[]> = {
	allowed: 'keys such as F, ctrl-f or pageup, with spaces between them, or none',
	accept: value =>
		Array.isArray(value) && value.every(key => typeof key === 'string' && keyName.test(key)) ? value : undefined,
	fromText: value => (value === 'none' ? [] : keyList.accept(value.split(' '))),
};

/** The text of an object, as JSON. */
export const fromJson =
	<Value>(accept: Check<Value>['accept']): Check<Value>['fromText'] =>
	value => {
		try {
			return accept(JSON.parse(value));
		} catch {
			return undefined;
		}
	};

const acceptKeyLists = (value: unknown) =>
	isRecord(value) && Object.values(value).every(list => keyList.accept(list) !== undefined)
		? (value as Readonly<Record<string, readonly string[]>>)
		: undefined;

/** Keys by the name of their action. Names are checked where the actions are known. */
export const keyLists: Check<Readonly<Record<string, readonly string[]>>> = {
	allowed: 'an object of lists of keys, such as {"follow": ["F", "ctrl-f"]}',
	accept: acceptKeyLists,
	fromText: fromJson(acceptKeyLists),
	checkOf: () => keyList,
};

const commandLine = allowed(/^[^\p{C}]{1,500}$/u, 'a command line of at most 500 printable characters');

const isCommandWord = (name: string): boolean => /^[a-z][a-z0-9-]{0,39}$/.test(name);

const acceptCommandLines = (value: unknown) =>
	isRecord(value) &&
	Object.entries(value).every(([name, line]) => isCommandWord(name) && commandLine.accept(line) !== undefined)
		? (value as Readonly<Record<string, string>>)
		: undefined;

/** Command lines by name. */
export const commandLines: Check<Readonly<Record<string, string>>> = {
	allowed: 'an object of command lines by names of a-z, 0-9 and hyphens, such as {"top": "htop"}',
	accept: acceptCommandLines,
	fromText: fromJson(acceptCommandLines),
	checkOf: name => (isCommandWord(name) ? commandLine : undefined),
};

const baseColours = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/** Names of the terminal's own 16 colours, and `default` for its foreground. */
const colourNames: readonly string[] = [
	'default',
	...baseColours,
	'gray',
	...baseColours.slice(1).map(name => `bright-${name}`),
];

const colour = oneOf(colourNames);

/** Colours for some of these meanings; the others keep their defaults. */
export function coloursOf<const Meaning extends string>(
	meanings: readonly Meaning[],
): Check<Readonly<Partial<Record<Meaning, string>>>> {
	const isMeaning = (name: string): name is Meaning => meanings.some(meaning => meaning === name);
	const accept = (value: unknown) =>
		isRecord(value) &&
		Object.entries(value).every(([name, each]) => isMeaning(name) && colour.accept(each) !== undefined)
			? (value as Readonly<Partial<Record<Meaning, string>>>)
			: undefined;
	return {
		allowed: `an object with ${meanings.join(', ')}, each ${colour.allowed}`,
		accept,
		fromText: fromJson(accept),
		checkOf: name => (isMeaning(name) ? colour : undefined),
	};
}
