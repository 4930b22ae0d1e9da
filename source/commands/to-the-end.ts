import {onOutputError} from '../console/broken-pipe.ts';
import {exitCodes, UserError} from '../errors.ts';

/** How long what is still under way may hold up the end of a command that has failed, in milliseconds. */
const endGraceMs = 2000;

const isCommandLineError = (error: unknown): error is Error & {readonly exitCode: number} =>
	error instanceof Error && 'code' in error && String(error.code).startsWith('commander.');

/**
 * Sees a command to its end: an error, one that nothing caught, and an end without a result are each one message on
 * stderr and an exit code. Node would print a piece of our code instead.
 */
export async function toTheEnd(command: () => Promise<void>, args: readonly string[], version: string): Promise<void> {
	process.stdout.on('error', onOutputError);
	process.stderr.on('error', onOutputError);
	const tell = async (error: unknown) => {
		const {renderError} = await import('../output/errors.ts');
		const {here} = await import('../workspace/invocation.ts');
		const {createPaint} = await import('../output/colour.ts');
		const flag = args.includes('--no-color') ? false : undefined;
		const paint = createPaint({stream: process.stderr, env: process.env, flag});
		process.exitCode = error instanceof UserError ? error.exitCode : exitCodes.error;
		process.stderr.write(`${renderError(error, paint, here(), version)}\n`);
	};
	const fail = (error: unknown) => void tell(error).finally(() => process.exit());
	process.on('uncaughtException', fail).on('unhandledRejection', fail);
	// Nothing is left that could bring the result.
	const onEmpty = () => fail(new Error('the command ended without a result'));
	process.once('beforeExit', onEmpty);
	try {
		await command();
	} catch (error) {
		// commander has printed its own message already.
		if (isCommandLineError(error)) process.exitCode = error.exitCode;
		else await tell(error);
		// Such as a call that an engine never answers.
		setTimeout(() => process.exit(), endGraceMs).unref();
	} finally {
		process.off('beforeExit', onEmpty);
	}
}
