import {createInterface} from 'node:readline/promises';
import {CancelledError, UserError} from '../errors.ts';
import type {Hint} from '../hint.ts';
import {canAsk} from './can-ask.ts';

/** A question that only a typed name answers. */
export type NameQuestion = {
	/** The name to type. */
	readonly name: string;
	/** What will happen, as a sentence. */
	readonly consequence: string;
	/** Confirmed already with --yes. */
	readonly isConfirmed: boolean;
	/** The error without a terminal to ask on. */
	readonly refusal: string;
	readonly hint: Hint;
	readonly cancelled: string;
};

/** Asks the user to type the name, unless confirmed already. @throws CancelledError after anything else */
export async function confirmByName(confirmation: NameQuestion): Promise<void> {
	const {name, consequence, isConfirmed, refusal, hint, cancelled} = confirmation;
	if (isConfirmed) return;
	if (!canAsk()) throw new UserError(refusal, {hint});
	const prompt = createInterface({input: process.stdin, output: process.stderr});
	const abort = new AbortController();
	prompt.once('SIGINT', () => abort.abort());
	prompt.once('close', () => abort.abort());
	try {
		// On its own line, so that the question stays in one piece however wide the terminal is.
		process.stderr.write(`${consequence}\n`);
		const answer = await prompt.question(`Type ${name} to confirm: `, {signal: abort.signal});
		if (answer.trim() === name) return;
	} catch {
		process.stderr.write('\n');
	} finally {
		prompt.close();
	}
	throw new CancelledError(cancelled);
}
