/** Words that a shell carries out itself: its grammar and the commands of POSIX, busybox and bash. No program has their name. */
const shellWords = new Set(
	`. : ! [ [[ { ( alias bg break builtin case cd command continue declare do done elif else esac eval exec exit export fc fg
	fi for function getopts hash if jobs let local popd pushd read readonly return select set shift shopt source suspend then
	time times trap type typeset ulimit umask unalias unset until wait while`.split(/\s+/),
);

/** Whether a command is a program and its arguments, so that no shell is needed. */
export const isPlainCommand = (command: string): boolean =>
	/^[\w@%+:,./-]+(?: +[\w@%+=:,./-]+)*$/.test(command) && !shellWords.has(command.split(' ', 1)[0]!);

/**
 * The same shell command, in which the last program takes the shell's place: a stop signal goes to the first process of
 * a container, and a shell keeps it to itself. A command that is more than programs one after another stays as it is.
 */
export function replaceShell(command: string): string {
	const parts = command.trim().split('&&');
	const hasOperators = parts.some(part => /[\r\n;|&`<>#]|(?<!\$)[({]|\$\(/.test(part));
	const isQuotedApart = parts.length > 1 && parts.some(part => (part.split(/["']/).length - 1) % 2 === 1);
	const last = /^(\s*(?:[A-Za-z_]\w*=[^\s"'$]*\s+)*)(\S[\s\S]*)$/.exec(parts.at(-1)!);
	// A program in the shell's place would forget what the shell was to do on a signal.
	const hasTrap = parts.some(part => /^\s*trap\s/.test(part));
	if (hasOperators || isQuotedApart || hasTrap || !last) return command;
	const [, before, program] = last as unknown as [string, string, string];
	const word = program.split(/\s/, 1)[0]!;
	if (shellWords.has(word) || /^[A-Za-z_]\w*=/.test(word)) return command;
	return [...parts.slice(0, -1), `${before}exec ${program}`].join('&&');
}
