import ignore, {type Ignore} from 'ignore';

/** The rules of one .gitignore file. */
export type GitignoreLevel = {
	/** The file's directory relative to the boundary, with a trailing `/`; empty for the boundary itself. */
	readonly prefix: string;
	readonly lines: readonly string[];
	readonly matcher: Ignore;
};

// The same source must give the same context on every machine, so matching is always case-sensitive.
const matcherOf = (lines: readonly string[]): Ignore => ignore({ignorecase: false}).add(lines.join('\n'));

/** Parses a .gitignore file in the directory `prefix`. */
export function parseGitignore(prefix: string, text: string): GitignoreLevel {
	const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
	return {prefix, lines, matcher: matcherOf(lines)};
}

const nameFor = (level: GitignoreLevel, path: string, isDirectory: boolean) =>
	`${path.slice(level.prefix.length)}${isDirectory ? '/' : ''}`;

/**
 * Whether git would ignore the path. The levels are those above the path, from the boundary down; the deepest one with a
 * matching rule decides. `path` is relative to the boundary, and none of its parent folders is ignored.
 */
export function isGitignored(levels: readonly GitignoreLevel[], path: string, isDirectory: boolean): boolean {
	for (const level of levels.toReversed()) {
		const {ignored, unignored} = level.matcher.test(nameFor(level, path, isDirectory));
		if (ignored) return true;
		if (unignored) return false;
	}
	return false;
}

/** A pattern for exactly this directory. Patterns cannot contain line breaks, so `?` matches them. */
const literalPattern = (name: string) => `/${name.replace(/[\\*?[\]]/g, '\\$&').replace(/[\r\n]/g, '?')}`;

/**
 * The levels to use inside a directory that is not ignored. If a deeper file re-included it, the rules of shallower files
 * that ignored the directory no longer apply to it, but still apply to the files inside by their own names, as in git.
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
 * The levels without the rules that ignore this path or a folder above it, because a path that the user names is never
 * ignored (docs/rules.md, "Ignored files").
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
