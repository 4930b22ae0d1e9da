import {onOutputError} from '../console/broken-pipe.ts';
import {exitCodes, UserError} from '../errors.ts';
import {type CommandResult, exitCodeOf} from './exit-code.ts';

/** Time that pending work may delay the exit of a failed command, in milliseconds. */
const endGraceMs = 2000;

const isCommandLineError = (error: unknown): error is Error & {readonly exitCode: number} =>
	error instanceof Error && 'code' in error && String(error.code).startsWith('commander.');

/**
 * Runs a command to its end. Any error, caught or not, and an end without a result become one message on stderr and an
 * exit code, where Node would print a piece of source code. Nothing else sets the exit code.
 */
export async function toTheEnd(
	command: () => Promise<CommandResult>,
	args: readonly string[],
	version: string,
): Promise<void> {
	process.stdout.on('error', onOutputError);
	process.stderr.on('error', onOutputError);
	const report = async (error: unknown) => {
		const {renderError} = await import('../output/errors.ts');
		const {here} = await import('../workspace/invocation.ts');
		const {createPaint} = await import('../output/colour.ts');
		const flag = args.includes('--no-color') ? false : undefined;
		const paint = createPaint({stream: process.stderr, env: process.env, flag});
		process.exitCode = error instanceof UserError ? error.exitCode : exitCodes.error;
		process.stderr.write(`${renderError(error, paint, here(), version)}\n`);
	};
	const fail = (error: unknown) => void report(error).finally(() => process.exit());
	process.on('uncaughtException', fail).on('unhandledRejection', fail);
	// Nothing is pending that could still produce the result.
	const onEmpty = () => fail(new Error('the command ended without a result'));
	process.once('beforeExit', onEmpty);
	try {
		process.exitCode = exitCodeOf(await command());
	} catch (error) {
		// commander has already printed its own message.
		if (isCommandLineError(error)) process.exitCode = error.exitCode;
		else await report(error);
		// For example, a call may be pending that the engine never answers.
		setTimeout(() => process.exit(), endGraceMs).unref();
	} finally {
		process.off('beforeExit', onEmpty);
	}
}
