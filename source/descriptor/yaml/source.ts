import {Composer, type Document} from 'yaml';
import type {Finding, Problem} from '../problem.ts';
import {formatPath} from '../problem.ts';
import {lineStartsOf, placeAt} from './lines.ts';
import {spanFinder} from './locate.ts';
import {findFaults} from './nodes.ts';
import {readTokens} from './tokens.ts';

/** One parsed YAML file: its plain value, and where each part of it is written. */
export type YamlSource = {
	readonly file: string;
	readonly text: string;
	readonly value: unknown;
	/** Ties a finding to its line and column. A path that is not there is placed at the nearest part above it. */
	readonly locate: (finding: Finding) => Problem;
};

export type ParsedYaml =
	| {readonly kind: 'source'; readonly source: YamlSource}
	| {readonly kind: 'problems'; readonly text: string; readonly problems: readonly Problem[]};

// An alias may be used again and again; what matters is how much text it would stand for.
const maximumAliases = 1000;
const maximumSyntaxProblems = 5;

// Outside the printable set of YAML 1.2: never part of a descriptor, and it must not reach a terminal.
const unprintable = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/;

const decode = (bytes: Uint8Array): string | undefined => {
	try {
		return new TextDecoder('utf-8', {fatal: true}).decode(bytes);
	} catch {
		return undefined;
	}
};

/** Parses the bytes of one file behind all guards. Never throws: whatever is wrong comes back as problems. */
export const parseYaml = (file: string, bytes: Uint8Array): ParsedYaml => {
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
	const read = readTokens(text);
	if (read.kind === 'refused') return fail(problemAt(read.offset, read.offset + 1, read.message));

	const composer = new Composer({
		schema: 'core',
		stringKeys: true,
		prettyErrors: false,
		// The composer compares every key with every other; findFaults does the same in one pass.
		uniqueKeys: false,
		resolveKnownTags: false,
		logLevel: 'silent',
	});
	const [document] = composer.compose(read.tokens, true, text.length);
	if (!document) return whole('must not be empty');
	const syntax = [...document.errors, ...document.warnings];
	if (syntax.length > 0)
		return fail(...syntax.slice(0, maximumSyntaxProblems).map(({pos, message}) => problemAt(...pos, message)));
	const faults = findFaults(document.contents);
	if (faults.length > 0) return fail(...faults.map(({from, to, message}) => problemAt(from, to, message)));

	const value = toValue(document);
	if (value.kind === 'too many aliases')
		return fail(problemAt(0, 1, `aliases stand for more than ${maximumAliases} values`));
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
