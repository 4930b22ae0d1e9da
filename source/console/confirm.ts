import {createInterface} from 'node:readline/promises';
import {CancelledError} from '../errors.ts';

/** Asks a yes-or-no question; everything but y or yes is a no. */
export async function askYes(question: string): Promise<boolean> {
	const prompt = createInterface({input: process.stdin, output: process.stderr});
	try {
		const answer = await prompt.question(`${question} [y/N] `);
		return /^y(es)?$/i.test(answer.trim());
	} finally {
		prompt.close();
	}
}

/** Asks a yes-or-no question. @throws CancelledError after anything but y or yes */
export async function confirm(question: string): Promise<void> {
	if (!(await askYes(question))) throw new CancelledError('Nothing was changed.');
}
