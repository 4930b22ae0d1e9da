/** A line of a log that is a JSON object. */
export type Structured = {
	/** Empty when it has none. */
	readonly message: string;
	/** Everything but the message, in the order of the line. */
	readonly fields: readonly Field[];
};

type Field = {
	readonly key: string;
	readonly value: unknown;
	/** Whether it is the time or the level, which a row has elsewhere. */
	readonly isAside: boolean;
};

/** Lines that are longer, or more deeply nested, are shown as they are. */
const longestParsed = 64_000;
const deepestParsed = 100;

/** An upper bound of how deep a JSON text is nested: brackets in its texts count too. */
function nestingOf(text: string): number {
	let depth = 0;
	let deepest = 0;
	for (const character of text) {
		if (character === '{' || character === '[') deepest = Math.max(deepest, ++depth);
		else if (character === '}' || character === ']') depth--;
	}
	return deepest;
}

const messageKeys = ['msg', 'message', '@message', 'event', 'text'];
const asides = /^@?(?:time|ts|timestamp|date|datetime|asctime|(?:log\.?)?level|levelname|level_?text|severity|lvl)$/i;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** The message and where it is: in a separate field, or in that of an error. */
function messageOf(entries: readonly (readonly [string, unknown])[]): {
	readonly key?: string;
	readonly message: string;
} {
	for (const key of messageKeys) {
		const value = entries.find(([each]) => each === key)?.[1];
		if (typeof value === 'string' && value !== '') return {key, message: value};
	}
	const error = entries.find(([key]) => key === 'err' || key === 'error')?.[1];
	if (typeof error === 'string') return {key: entries.some(([key]) => key === 'err') ? 'err' : 'error', message: error};
	return {message: isObject(error) && typeof error.message === 'string' ? error.message : ''};
}

/** Reads a line that is a JSON object; undefined for any other. */
export function parseStructured(text: string): Structured | undefined {
	if (text.length > longestParsed) return undefined;
	const trimmed = text.trim();
	if (!trimmed.startsWith('{') || !trimmed.endsWith('}') || nestingOf(trimmed) > deepestParsed) return undefined;
	let value: unknown;
	try {
		value = JSON.parse(trimmed);
	} catch {
		return undefined;
	}
	if (!isObject(value)) return undefined;
	const entries = Object.entries(value);
	if (entries.length === 0) return undefined;
	const {key: own, message} = messageOf(entries);
	return {
		message,
		fields: entries
			.filter(([key]) => key !== own)
			.map(([key, field]) => ({key, value: field, isAside: asides.test(key)})),
	};
}

const compact = (value: unknown): string => {
	if (typeof value === 'string') return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
	return JSON.stringify(value) ?? String(value);
};

/** The fields in one row, `status=200 path=/notes`, without time and level. Nothing is added once it is `enough` long. */
export function foldFields({fields}: Structured, enough = Number.POSITIVE_INFINITY): string {
	let row = '';
	for (const {key, value, isAside} of fields) {
		if (isAside) continue;
		if (row.length >= enough) break;
		row += `${row === '' ? '' : ' '}${key}=${compact(value)}`;
	}
	return row;
}

/** Deeper values stay in one line. */
const deepest = 4;

/** A value in lines: texts with their line breaks, objects with a line for each key. */
function linesOf(value: unknown, depth: number): string[] {
	if (typeof value === 'string') return value.split(/\r?\n/);
	const entries = isObject(value)
		? Object.entries(value)
		: Array.isArray(value)
			? value.map(each => ['-', each] as const)
			: [];
	if (entries.length === 0 || depth >= deepest) return [JSON.stringify(value) ?? String(value)];
	return entries.flatMap(([key, each]) => labelled(key, linesOf(each, depth + 1)));
}

/** A value beside its label, or below it when it has several lines. */
const labelled = (label: string, lines: readonly string[]): string[] =>
	lines.length === 1 ? [`${label}: ${lines[0]}`.trimEnd()] : [`${label}:`, ...lines.map(line => `  ${line}`)];

/** No line unfolds into more rows. */
const mostLines = 500;

/** All fields in separate lines, `key: value`, with what is nested indented below. Lines are unsanitised. */
export function unfoldFields({fields}: Structured): readonly string[] {
	const lines = fields.flatMap(({key, value}) => labelled(key, linesOf(value, 1)));
	return lines.length <= mostLines ? lines : [...lines.slice(0, mostLines), `(${lines.length - mostLines} more lines)`];
}
