/** How a program ended, as the engine reports it. */
export type Exit = {readonly exitCode: number | undefined; readonly isOutOfMemory?: boolean | undefined};

/** Signal numbers on Linux. A program killed by a signal exits with 128 plus its number. */
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

/** Exit codes with a meaning in shells. */
const shellCodes: Readonly<Record<number, string>> = {
	126: 'a command cannot be executed',
	127: 'a command was not found',
};

/** How a program ended, as a predicate: `exited with code 1`, `was killed by SIGSEGV (exit code 139)`. */
export function exitText({exitCode, isOutOfMemory}: Exit): string {
	const code = exitCode === undefined ? '' : ` (exit code ${exitCode})`;
	if (isOutOfMemory) return `ran out of memory${code}`;
	if (exitCode === undefined) return 'ended';
	const signal = signals[exitCode - 128];
	if (signal) return `was killed by ${signal}${code}`;
	const meaning = shellCodes[exitCode];
	return `exited with code ${exitCode}${meaning ? ` (${meaning})` : ''}`;
}
