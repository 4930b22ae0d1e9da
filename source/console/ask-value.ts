import {stripVTControlCharacters} from 'node:util';
import {CancelledError} from '../errors.ts';

type Question = {
	/** Whether what is typed is not shown. */
	readonly isHidden: boolean;
	/** The message after ctrl-c. */
	readonly cancelled: string;
};

/**
 * Prompts for a line on the terminal, and returns it as it was typed. The question goes to standard error, because standard
 * output is for results.
 * @throws CancelledError after ctrl-c or ctrl-d
 */
export const askValue = (question: string, {isHidden, cancelled}: Question): Promise<string> =>
	isHidden ? askHidden(question, cancelled) : askShown(question, cancelled);

/** What was typed so far, and whether the line is complete. */
type Typed = {readonly value: string; readonly isDone: boolean};

function type({value}: Typed, chunk: string, cancelled: string): Typed {
	let typed = value;
	for (const character of stripVTControlCharacters(chunk)) {
		if (character === '\r' || character === '\n') return {value: typed, isDone: true};
		if (character === '\u0003' || character === '\u0004') throw new CancelledError(cancelled);
		if (character === '\u007f' || character === '\b') typed = [...typed].slice(0, -1).join('');
		else typed += character;
	}
	return {value: typed, isDone: false};
}

async function askHidden(question: string, cancelled: string): Promise<string> {
	const {stdin, stderr} = process;
	// Before the question: whoever answers at once must not see it, and ctrl-c is a key from here on.
	stdin.setRawMode(true);
	stdin.setEncoding('utf8');
	stderr.write(question);
	let listen: ((chunk: string) => void) | undefined;
	try {
		return await new Promise<string>((resolve, reject) => {
			let typed: Typed = {value: '', isDone: false};
			listen = chunk => {
				try {
					typed = type(typed, chunk, cancelled);
					if (typed.isDone) resolve(typed.value);
				} catch (error) {
					reject(error);
				}
			};
			// With `data` events: after a shown question, the stream emits no others.
			stdin.on('data', listen).resume();
			stdin.once('end', () => resolve(typed.value));
		});
	} finally {
		if (listen) stdin.off('data', listen);
		stdin.setRawMode(false);
		stdin.pause();
		stderr.write('\n');
	}
}

async function askShown(question: string, cancelled: string): Promise<string> {
	const {createInterface} = await import('node:readline/promises');
	const prompt = createInterface({input: process.stdin, output: process.stderr});
	const abort = new AbortController();
	prompt.once('SIGINT', () => abort.abort()).once('close', () => abort.abort());
	try {
		return await prompt.question(question, {signal: abort.signal});
	} catch {
		process.stderr.write('\n');
		throw new CancelledError(cancelled);
	} finally {
		prompt.close();
	}
}
