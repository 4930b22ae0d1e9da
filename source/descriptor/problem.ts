import {counted} from '../counted.ts';
import {UserError} from '../errors.ts';
import {type Hint, joinHints} from '../hint.ts';
import {codeFrame} from './frame.ts';

/** Place of a value in a document: map keys and list indexes from the root. */
export type Path = readonly (string | number)[];

/** A rule that a document breaks, before it is tied to a line. */
export type Finding = {
	readonly path: Path;
	readonly message: string;
	/** What to underline: the key, or its value (the default). */
	readonly mark?: 'key' | 'value';
	/** The name that was probably meant. */
	readonly suggestion?: string;
	/** What to do, shown below all problems. */
	readonly hint?: Hint;
};

/** Reports a finding of a rule. */
export type Report = (path: Path, message: string, options?: Pick<Finding, 'mark' | 'suggestion' | 'hint'>) => void;

/** A rule that a file breaks, with its place. `line` and `column` count from 1; `length` 0 means the whole file. */
export type Problem = {
	readonly file: string;
	readonly line: number;
	readonly column: number;
	/** How many characters to underline, never past the end of the line. */
	readonly length: number;
	/** Dotted path of the field, `(root)` for the whole document, empty for a syntax problem. */
	readonly path: string;
	readonly message: string;
	readonly suggestion?: string;
	readonly hint?: Hint;
};

/**
 * The form of a path in messages: `services.web.include[0]`, unusual names as `["a b"]`
 * (docs/rules.md, "All problems at once").
 */
export const formatPath = (path: Path): string => {
	if (path.length === 0) return '(root)';
	let text = '';
	for (const segment of path) {
		if (typeof segment === 'number') text += `[${segment}]`;
		else if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(segment)) text += `[${visible(JSON.stringify(segment))}]`;
		else text += text === '' ? segment : `.${segment}`;
	}
	return text;
};

/** Escapes characters that could move the cursor or hide text, as `\uXXXX`. */
export const visible = (text: string): string =>
	text.replace(
		/[\0-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]/gu,
		character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);

/** The message with its suggestion, safe to print. */
export const fullMessage = ({message, suggestion}: Pick<Finding, 'message' | 'suggestion'>): string => {
	const text = visible(message);
	if (suggestion === undefined) return text;
	const meant = `did you mean "${visible(suggestion)}"?`;
	return text.endsWith('.') ? `${text} D${meant.slice(1)}` : `${text}, ${meant}`;
};

const heading = (problem: Problem): string => {
	const place = problem.length === 0 ? problem.file : `${problem.file}:${problem.line}:${problem.column}`;
	const field = problem.path === '' ? '' : ` ${problem.path}`;
	return `${place}${field}: ${fullMessage(problem)}`;
};

/** A problem as text: a heading, then the line with carets if it has a place. */
export const formatProblem = (problem: Problem, text: string | undefined): string =>
	problem.length === 0 || text === undefined ? heading(problem) : `${heading(problem)}\n${codeFrame(text, problem)}`;

const inOrder = (a: Problem, b: Problem): number =>
	a.line - b.line || a.column - b.column || (a.path < b.path ? -1 : Number(a.path > b.path));

/** Problems sorted by file, in order of appearance, then by place. */
const sortProblems = (problems: readonly Problem[]): Problem[] => {
	const files = [...new Set(problems.map(({file}) => file))];
	return files.flatMap(file => problems.filter(problem => problem.file === file).sort(inOrder));
};

/** compartment.yml or the routes file is invalid. `problems` has all problems; the message shows each with its line. */
export class DescriptorError extends UserError {
	readonly problems: readonly Problem[];

	constructor(problems: readonly Problem[], texts: Readonly<Record<string, string>>) {
		const sorted = sortProblems(problems);
		const shown = sorted.slice(0, maximumShown).map(problem => formatProblem(problem, texts[problem.file]));
		if (sorted.length > maximumShown) shown.push(`… and ${sorted.length - maximumShown} more`);
		const hints = new Map(
			sorted.flatMap(({hint}) => (hint === undefined ? [] : [[JSON.stringify(hint), hint] as const])),
		);
		const hint = hints.size === 0 ? undefined : joinHints([...hints.values()], '\n');
		super([...shown, `${counted(sorted.length, 'problem')} found.`].join('\n'), {hint});
		this.name = 'DescriptorError';
		this.problems = sorted;
	}
}

/** Maximum number of problems to print, because a damaged file can have thousands. */
const maximumShown = 100;
