import {exitCodes, UserError} from '../errors.ts';
import {onOutputError} from './broken-pipe.ts';

/** Without a command it is the dashboard, whose flags may stand alone too. */
const withCommand = (args: readonly string[]): string[] => {
	const [first] = args;
	const isOwn = first !== undefined && ['-h', '--help', '-V', '--version'].includes(first);
	return first === undefined || (first.startsWith('-') && !isOwn) ? ['browse', ...args] : [...args];
};

/** The dashboard has no arguments, so its first frame need not wait until the command line can be read. */
async function openDashboard(version: string): Promise<void> {
	const {browse} = await import('./browse.ts');
	await browse({}, async () => (await import('./program.ts')).createProgram(version).outputHelp());
}

const isCommandLineError = (error: unknown): error is Error & {readonly exitCode: number} =>
	error instanceof Error && 'code' in error && String(error.code).startsWith('commander.');

/**
 * Runs one command line and sets the exit code (README, "Exit codes"). Errors are one message on stderr, whatever the
 * output format; only a defect of ours prints a stack.
 * @param args without the interpreter and the script
 */
export async function main(args: readonly string[], version: string): Promise<void> {
	process.stdout.on('error', onOutputError);
	process.stderr.on('error', onOutputError);
	try {
		if (args.length === 0) return await openDashboard(version);
		const {createProgram} = await import('./program.ts');
		const given = withCommand(args);
		await createProgram(version, given[0]).parseAsync(given, {from: 'user'});
	} catch (error) {
		// commander has printed its own message already.
		if (isCommandLineError(error)) {
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
