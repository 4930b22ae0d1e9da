/** Reserved words and builtins of POSIX shells, busybox and bash, which are not programs. */
const shellWords = new Set(
	`. : ! [ [[ { ( alias bg break builtin case cd command continue declare do done elif else esac eval exec exit export fc fg
	fi for function getopts hash if jobs let local popd pushd read readonly return select set shift shopt source suspend then
	time times trap type typeset ulimit umask unalias unset until wait while`.split(/\s+/),
);

/** Whether a command is just a program with arguments, so that it needs no shell. */
export const isPlainCommand = (command: string): boolean =>
	/^[\w@%+:,./-]+(?: +[\w@%+=:,./-]+)*$/.test(command) && !shellWords.has(command.split(' ', 1)[0]!);

/**
 * Adds `exec` before the last program of a shell command: a stop signal goes to a container's first process, and a shell
 * does not forward it. Leaves a command unchanged if it is more than a sequence of programs.
 */
export function replaceShell(command: string): string {
	const parts = command.trim().split('&&');
	const hasOperators = parts.some(part => /[\r\n;|&`<>#]|(?<!\$)[({]|\$\(/.test(part));
	const isQuotedApart = parts.length > 1 && parts.some(part => (part.split(/["']/).length - 1) % 2 === 1);
	const last = /^(\s*(?:[A-Za-z_]\w*=[^\s"'$]*\s+)*)(\S[\s\S]*)$/.exec(parts.at(-1)!);
	// exec would discard the shell's traps.
	const hasTrap = parts.some(part => /^\s*trap\s/.test(part));
	if (hasOperators || isQuotedApart || hasTrap || !last) return command;
	const [, before, program] = last as unknown as [string, string, string];
	const word = program.split(/\s/, 1)[0]!;
	if (shellWords.has(word) || /^[A-Za-z_]\w*=/.test(word)) return command;
	return [...parts.slice(0, -1), `${before}exec ${program}`].join('&&');
}
