/** Words that only a shell understands. */
const shellWords = new Set([
	'.',
	'!',
	'[',
	'{',
	'case',
	'cd',
	'exec',
	'export',
	'for',
	'if',
	'set',
	'source',
	'ulimit',
	'umask',
	'until',
	'while',
]);

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
	if (hasOperators || isQuotedApart || !last) return command;
	const [, before, program] = last as unknown as [string, string, string];
	const word = program.split(/\s/, 1)[0]!;
	if (shellWords.has(word) || /^[A-Za-z_]\w*=/.test(word)) return command;
	return [...parts.slice(0, -1), `${before}exec ${program}`].join('&&');
}
