import type {ApplyEvent} from '../../apply/events.ts';
import {counted} from '../../counted.ts';
import {nameIn} from '../../model/address.ts';
import type {Paint} from '../colour.ts';
import {formatDuration} from '../duration.ts';
import type {Glyphs} from '../glyphs.ts';
import {createSourceStyles} from '../log-source-styles.ts';
import {sanitiseLine, sanitiseText} from '../sanitise.ts';
import {displayWidth, padEnd} from '../width.ts';
import {renderFailure} from './failure-text.ts';
import {renderResult, type SignIn} from './result-text.ts';

type EventPrinterOptions = {
	/** Receives whole lines, each with its newline. */
	readonly write: (text: string) => void;
	readonly paint: Paint;
	readonly glyphs: Glyphs;
	/** Called when the result is printed. Only for a terminal, because sign-in links contain the password. */
	readonly signIn?: () => SignIn | undefined;
};

const progressIntervalMs = 2000;
const addressLimit = 32;
const logLimit = 4000;

const firstWord = (message: string): string => message.split(' ', 1)[0]!;

/** Limits progress messages: prints a new kind of work at once, else one message every two seconds. */
function createProgressFilter(): (address: string, at: number, message: string) => boolean {
	const last = new Map<string, {readonly at: number; readonly word: string; readonly message: string}>();
	return (address, at, message) => {
		const previous = last.get(address);
		const word = firstWord(message);
		if (previous && (previous.message === message || (previous.word === word && at - previous.at < progressIntervalMs)))
			return false;
		last.set(address, {at, word, message});
		return true;
	};
}

// A Dockerfile step, such as `[2/3] RUN npm ci`, is in the build log already.
const isInBuildLog = ({address, message}: {readonly address: string; readonly message: string}): boolean =>
	address.startsWith('image.') && /^\[.*\d+\/\d+\] /.test(message);

/**
 * Prints an apply line by line, for pipes, CI and `--plain`. Append-only: nothing is redrawn. Progress of one step is
 * printed at most every two seconds unless the kind of work changes.
 */
export function createEventPrinter({write, paint, glyphs, signIn}: EventPrinterOptions): (event: ApplyEvent) => void {
	const shouldPrint = createProgressFilter();
	let addressWidth = 0;
	let sourceWidth = 0;
	let styleOf = createSourceStyles([], paint);
	const print = (line: string) => write(`${line}\n`);
	const say = (address: string, text: string) =>
		print(`${paint.bold(padEnd(sanitiseLine(address), addressWidth))}  ${text}`);
	const clean = (text: string) => glyphs.adapt(sanitiseLine(text));
	const after = (text: string | undefined) => (text ? `: ${clean(text)}` : '');

	const measure = (addresses: readonly string[]) => {
		const sources = addresses.filter(address => address.includes('.')).map(nameIn);
		addressWidth = Math.min(addressLimit, Math.max(0, ...addresses.map(displayWidth)));
		sourceWidth = Math.min(addressLimit, Math.max(0, ...sources.map(displayWidth)));
		styleOf = createSourceStyles(sources, paint);
	};

	return event => {
		switch (event.type) {
			case 'apply-started':
				measure(event.steps.map(({address}) => address));
				print(`Applying ${counted(event.steps.length, 'step')}, run ${sanitiseLine(event.run)}`);
				break;
			case 'step-started':
				say(event.address, 'started');
				break;
			case 'step-progress':
				if (!isInBuildLog(event) && shouldPrint(event.address, event.at, event.message))
					say(event.address, clean(event.message));
				break;
			case 'step-done':
				say(event.address, `${paint.ok('done')} in ${formatDuration(event.durationMs)}${after(event.message)}`);
				break;
			case 'step-failed':
				say(event.address, `${paint.fail('failed')} after ${formatDuration(event.durationMs)}${after(event.message)}`);
				renderFailure(event, {paint, glyphs}).forEach(print);
				break;
			case 'step-held-back':
				say(event.address, `${paint.warn('held back')}${after(event.reason)}`);
				break;
			case 'step-skipped':
				say(event.address, `skipped${after(event.reason)}`);
				break;
			case 'log': {
				const source = nameIn(event.address);
				const name = styleOf(source)(padEnd(sanitiseLine(source), sourceWidth));
				// A sign rather than a colour, because most of these lines end up in files.
				const mark = event.stream === 'stderr' ? paint.warn(glyphs.stderr) : styleOf(source)(glyphs.vertical);
				const prefix = `${name} ${mark} `;
				const text = sanitiseText(event.text.replace(/\n$/, ''), {keepColour: paint.isColoured, maxLength: logLimit});
				for (const line of text.split('\n')) print(prefix + line);
				break;
			}
			case 'notice':
				print(event.level === 'warning' ? `${paint.warn('Warning:')} ${clean(event.message)}` : clean(event.message));
				break;
			case 'apply-finished':
				renderResult(event.result, paint, signIn?.()).forEach(print);
				break;
		}
	};
}
