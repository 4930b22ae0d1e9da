import {Composer, type Document} from 'yaml';
import type {Finding, Problem} from '../problem.ts';
import {formatPath} from '../problem.ts';
import {lineStartsOf, placeAt} from './lines.ts';
import {spanFinder} from './locate.ts';
import {findFaults} from './nodes.ts';
import {readTokens} from './tokens.ts';

/** A parsed YAML file: its value, and the place of each part. */
export type YamlSource = {
	readonly file: string;
	readonly text: string;
	readonly value: unknown;
	/** Adds line and column to a finding. A missing path gets the place of its nearest existing parent. */
	readonly locate: (finding: Finding) => Problem;
};

export type ParsedYaml =
	| {readonly kind: 'source'; readonly source: YamlSource}
	| {readonly kind: 'problems'; readonly text: string; readonly problems: readonly Problem[]};

// Limits the values that aliases expand to, not the number of aliases.
const maximumAliases = 1000;
const maximumSyntaxProblems = 5;

// Not printable in YAML 1.2: never needed in a descriptor, and must not reach a terminal.
const unprintable = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/;

const decode = (bytes: Uint8Array): string | undefined => {
	try {
		return new TextDecoder('utf-8', {fatal: true}).decode(bytes);
	} catch {
		return undefined;
	}
};

/** Takes the tag from `!!merge <<:`, which some writers add; what follows keeps its place. */
const untagMerges = (text: string): string => text.replace(/!!merge <<:/g, '<<:        ');

type Dialect = {
	/** Keeps merge keys (`<<`) as ordinary keys, for a caller that resolves them; otherwise they are problems. */
	readonly allowsMerge?: boolean;
};

/** Parses a file with all guards. Never throws: errors are returned as problems. */
export const parseYaml = (file: string, bytes: Uint8Array, {allowsMerge = false}: Dialect = {}): ParsedYaml => {
	const whole = (message: string): ParsedYaml => ({
		kind: 'problems',
		text: '',
		problems: [{file, line: 1, column: 1, length: 0, path: '', message}],
	});
	const text = decode(bytes);
	if (text === undefined) return whole('must be UTF-8 text');
	const starts = lineStartsOf(text);
	const problemAt = (from: number, to: number, message: string): Problem => ({
		file,
		...placeAt(text, starts, {from, to}),
		path: '',
		message: `Failed to parse ${file}: ${message}`,
	});
	const fail = (...problems: Problem[]): ParsedYaml => ({kind: 'problems', text, problems});

	const control = unprintable.exec(text);
	if (control) {
		const code = control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
		return fail(problemAt(control.index, control.index + 1, `the control character U+${code} is not allowed`));
	}
	const read = readTokens(allowsMerge ? untagMerges(text) : text);
	if (read.kind === 'refused') return fail(problemAt(read.offset, read.offset + 1, read.message));

	const composer = new Composer({
		schema: 'core',
		stringKeys: true,
		prettyErrors: false,
		// The composer's check is quadratic; findFaults does it in one pass.
		uniqueKeys: false,
		resolveKnownTags: false,
		logLevel: 'silent',
	});
	const [document] = composer.compose(read.tokens, true, text.length);
	if (!document) return whole('must not be empty');
	const syntax = [...document.errors, ...document.warnings];
	if (syntax.length > 0)
		return fail(...syntax.slice(0, maximumSyntaxProblems).map(({pos, message}) => problemAt(...pos, message)));
	const faults = findFaults(document.contents, allowsMerge);
	if (faults.length > 0) return fail(...faults.map(({from, to, message}) => problemAt(from, to, message)));

	const value = toValue(document);
	if (value.kind === 'too many aliases')
		return fail(problemAt(0, 1, `aliases expand to more than ${maximumAliases} values`));
	const spanOf = spanFinder(document);
	const locate = (finding: Finding): Problem => ({
		file,
		...placeAt(text, starts, spanOf(finding)),
		path: formatPath(finding.path),
		message: finding.message,
		...(finding.suggestion === undefined ? {} : {suggestion: finding.suggestion}),
		...(finding.hint === undefined ? {} : {hint: finding.hint}),
	});
	return {kind: 'source', source: {file, text, value: value.value, locate}};
};

const toValue = (document: Document.Parsed): {kind: 'value'; value: unknown} | {kind: 'too many aliases'} => {
	try {
		return {kind: 'value', value: document.toJS({maxAliasCount: maximumAliases})};
	} catch (error) {
		if (error instanceof ReferenceError) return {kind: 'too many aliases'};
		throw error;
	}
};
