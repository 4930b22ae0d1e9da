/** How a program ended, as the engine tells it. */
export type Exit = {readonly exitCode: number | undefined; readonly isOutOfMemory?: boolean | undefined};

/** Numbers that every Linux gives to signals; a program that one of them ended has 128 more as its exit code. */
const signals: Readonly<Record<number, string>> = {
	1: 'SIGHUP',
	2: 'SIGINT',
	3: 'SIGQUIT',
	4: 'SIGILL',
	5: 'SIGTRAP',
	6: 'SIGABRT',
	7: 'SIGBUS',
	8: 'SIGFPE',
	9: 'SIGKILL',
	11: 'SIGSEGV',
	13: 'SIGPIPE',
	14: 'SIGALRM',
	15: 'SIGTERM',
};

/** What shells mean by these exit codes. */
const shellCodes: Readonly<Record<number, string>> = {
	126: 'a command cannot be executed',
	127: 'a command was not found',
};

/** Says how a program ended, to stand after its subject: `exited with code 1`, `was ended by SIGSEGV (exit code 139)`. */
export function exitText({exitCode, isOutOfMemory}: Exit): string {
	const code = exitCode === undefined ? '' : ` (exit code ${exitCode})`;
	if (isOutOfMemory) return `ran out of memory${code}`;
	if (exitCode === undefined) return 'ended';
	const signal = signals[exitCode - 128];
	if (signal) return `was ended by ${signal}${code}`;
	const meaning = shellCodes[exitCode];
	return `exited with code ${exitCode}${meaning ? ` (${meaning})` : ''}`;
}
