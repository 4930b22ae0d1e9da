import {createInterface} from 'node:readline/promises';
import {CancelledError} from '../errors.ts';

/** Asks a yes-or-no question. @throws CancelledError after anything but y or yes */
export async function confirm(question: string): Promise<void> {
	const prompt = createInterface({input: process.stdin, output: process.stderr});
	try {
		const answer = await prompt.question(`${question} [y/N] `);
		if (!/^y(es)?$/i.test(answer.trim())) throw new CancelledError('Nothing was changed.');
	} finally {
		prompt.close();
	}
}
