import ignore, {type Ignore} from 'ignore';

/** The rules of one .gitignore file. */
export type GitignoreLevel = {
	/** Directory of the file relative to the boundary, ending in `/`; empty for the boundary itself. */
	readonly prefix: string;
	readonly lines: readonly string[];
	readonly matcher: Ignore;
};

// The same source must give the same context on every machine, so case counts everywhere.
const matcherOf = (lines: readonly string[]): Ignore => ignore({ignorecase: false}).add(lines.join('\n'));

/** Reads the text of a .gitignore file that lies in `prefix`. */
export function parseGitignore(prefix: string, text: string): GitignoreLevel {
	const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
	return {prefix, lines, matcher: matcherOf(lines)};
}

const nameFor = (level: GitignoreLevel, path: string, isDirectory: boolean) =>
	`${path.slice(level.prefix.length)}${isDirectory ? '/' : ''}`;

/**
 * Whether git would ignore the path. The levels go from the boundary down and all of them hold the path; the deepest
 * one that says anything decides. `path` is relative to the boundary, and the folders above it are not ignored.
 */
export function isGitignored(levels: readonly GitignoreLevel[], path: string, isDirectory: boolean): boolean {
	for (const level of levels.toReversed()) {
		const {ignored, unignored} = level.matcher.test(nameFor(level, path, isDirectory));
		if (ignored) return true;
		if (unignored) return false;
	}
	return false;
}

/** A pattern for exactly this directory. A line break cannot be written, so any character may stand for it. */
const literalPattern = (name: string) => `/${name.replace(/[\\*?[\]]/g, '\\$&').replace(/[\r\n]/g, '?')}`;

/**
 * The levels to use inside a directory that is not ignored. Where a deeper file took it back in, the shallower ones
 * that ignored it no longer do; their rules still hold for what is inside, each by its own name, as for git.
 */
export function levelsInside(levels: readonly GitignoreLevel[], directory: string): readonly GitignoreLevel[] {
	return levels.map(level => {
		const name = nameFor(level, directory, true);
		if (!level.matcher.ignores(name)) return level;
		const lines = [...level.lines, `!${literalPattern(name)}`];
		return {...level, lines, matcher: matcherOf(lines)};
	});
}

/**
 * The levels without the rules that ignore this very path or a folder above it: what a user named is walked as if
 * such a rule did not exist (docs/rules.md, "Ignored files").
 */
export function withoutRulesAgainst(
	levels: readonly GitignoreLevel[],
	path: string,
	isDirectory: boolean,
): readonly GitignoreLevel[] {
	return levels.map(level => {
		const name = nameFor(level, path, isDirectory);
		if (name === '' || name === '/' || !level.matcher.ignores(name)) return level;
		const lines = level.lines.filter(line => !matcherOf([line]).ignores(name));
		return {...level, lines, matcher: matcherOf(lines)};
	});
}
