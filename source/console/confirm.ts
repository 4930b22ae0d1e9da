import {createInterface} from 'node:readline/promises';
import {CancelledError} from '../errors.ts';

/** Asks a question that only y or yes answers with a yes. @throws CancelledError after anything else */
export async function confirm(question: string): Promise<void> {
	const prompt = createInterface({input: process.stdin, output: process.stderr});
	try {
		const answer = await prompt.question(`${question} [y/N] `);
		if (!/^y(es)?$/i.test(answer.trim())) throw new CancelledError('Nothing was changed.');
	} finally {
		prompt.close();
	}
}
