import type {CommandResult} from './exit-code.ts';
import {toTheEnd} from './to-the-end.ts';

/** Adds the default command, `browse`, whose flags may be given without it. */
const withCommand = (args: readonly string[]): string[] => {
	const [first] = args;
	const isOwn = first !== undefined && ['-h', '--help', '-V', '--version'].includes(first);
	return first === undefined || (first.startsWith('-') && !isOwn) ? ['browse', ...args] : [...args];
};

/** Opens the dashboard without loading the command line parser, so that its first frame is fast. */
async function openDefault(version: string): Promise<CommandResult> {
	const {browse} = await import('./inspect/browse.ts');
	return browse({}, {printHelp: async () => (await import('./run-command-line.ts')).printHelp(version)});
}

/**
 * Runs one command line to its end, which sets the exit code (docs/command-line.md, "Exit codes"). Errors are one message on stderr, whatever the
 * output format.
 * @param args without the interpreter and the script
 */
export const main = async (args: readonly string[], version: string): Promise<void> => {
	const [first, ...words] = args;
	// A shell asks while the user types, and shows nothing but the answer.
	if (first === '__complete') return (await import('./complete.ts')).answer(words);
	return toTheEnd(() => run(args, version), args, version);
};

async function run(args: readonly string[], version: string): Promise<CommandResult> {
	if (args.length === 0) return openDefault(version);
	const {runCommandLine} = await import('./run-command-line.ts');
	return runCommandLine(withCommand(args), args, version);
}
