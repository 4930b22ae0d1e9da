import type {Terminal} from '../output/terminal.ts';
import {askLine} from './ask-in-lines.ts';
import {readKey} from './read-key.ts';

/** Asks a yes-or-no question with one key, or with a line for a screen reader. Anything but a clear yes is a no. */
export async function askYesOrNo({hasScreen, paint}: Terminal, reason: string, question: string): Promise<boolean> {
	if (!hasScreen) return /^y(es)?$/i.test(await askLine(`${reason}\n${question} Type yes or no: `));
	process.stdout.write(`\n${reason}\n${question} ${paint.dim('y/N')} `);
	const isYes = /^y/i.test(await readKey());
	process.stdout.write(`${isYes ? 'yes' : 'no'}\n`);
	return isYes;
}
