import {createInterface} from 'node:readline/promises';
import {CancelledError, UserError} from '../errors.ts';
import type {Hint} from '../hint.ts';

type Confirmation = {
	/** What has to be typed. */
	readonly name: string;
	/** What is going to happen, as a sentence. */
	readonly consequence: string;
	/** Said beforehand with --yes. */
	readonly isConfirmed: boolean;
	/** Where nobody can be asked. */
	readonly refusal: string;
	readonly hint: Hint;
	readonly cancelled: string;
};

/** Goes on only when the name was typed, or the user has said yes beforehand. */
export async function confirmByName(confirmation: Confirmation): Promise<void> {
	const {name, consequence, isConfirmed, refusal, hint, cancelled} = confirmation;
	if (isConfirmed) return;
	if (!process.stdin.isTTY || !process.stderr.isTTY) throw new UserError(refusal, {hint});
	const prompt = createInterface({input: process.stdin, output: process.stderr});
	const abort = new AbortController();
	prompt.once('SIGINT', () => abort.abort());
	prompt.once('close', () => abort.abort());
	try {
		const answer = await prompt.question(`${consequence} Type ${name} to confirm: `, {signal: abort.signal});
		if (answer.trim() === name) return;
	} catch {
		process.stderr.write('\n');
	} finally {
		prompt.close();
	}
	throw new CancelledError(cancelled);
}
