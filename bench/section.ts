import {conditions} from './conditions.ts';
import type {Peers} from './peers.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n\n`);

/** Prints the heading of a benchmark and the conditions under which it runs. */
export const heading = (title: string, peers?: Peers): void => say(`## ${title}\n\n${conditions(peers)}`);

/** Prints an error where a table would have been, and lets the whole run fail at its end. */
export function fail(error: unknown): void {
	const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
	say(`**Failed**\n\n${text.replace(/^/gm, '    ')}`);
	process.exitCode = 1;
}

/** Prints what one part of a benchmark resolves with, if anything. The next part runs even if it fails. */
export async function section(title: string | undefined, work: () => Promise<string | undefined>): Promise<void> {
	if (title !== undefined) say(`### ${title}`);
	try {
		const text = await work();
		if (text !== undefined) say(text);
	} catch (error) {
		fail(error);
	}
}
