import {CommanderError} from 'commander';
import {exitCodes, UserError} from '../errors.ts';
import {onOutputError} from './broken-pipe.ts';
import {createProgram} from './program.ts';

/** Without a command it is the dashboard, whose flags may stand alone too. */
const withCommand = (args: readonly string[]): string[] => {
	const [first] = args;
	const isOwn = first !== undefined && ['-h', '--help', '-V', '--version'].includes(first);
	return first === undefined || (first.startsWith('-') && !isOwn) ? ['browse', ...args] : [...args];
};

/**
 * Runs one command line and sets the exit code (README, "Exit codes"). Errors are one message on stderr, whatever the
 * output format; only a defect of ours prints a stack.
 * @param args without the interpreter and the script
 */
export async function main(args: readonly string[], version: string): Promise<void> {
	process.stdout.on('error', onOutputError);
	process.stderr.on('error', onOutputError);
	try {
		const given = withCommand(args);
		await createProgram(version, given[0]).parseAsync(given, {from: 'user'});
	} catch (error) {
		// commander has printed its own message already.
		if (error instanceof CommanderError) {
			process.exitCode = error.exitCode;
			return;
		}
		const {renderError} = await import('../output/errors.ts');
		const {createPaint} = await import('../output/colour.ts');
		const flag = args.includes('--no-color') ? false : undefined;
		process.stderr.write(`${renderError(error, createPaint({stream: process.stderr, env: process.env, flag}))}\n`);
		process.exitCode = error instanceof UserError ? error.exitCode : exitCodes.error;
	}
}
