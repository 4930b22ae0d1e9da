import {approve, showPlan} from '../console/approve.ts';
import type {Dialogue} from '../console/dialogue.ts';
import {counted} from '../counted.ts';
import {again} from '../hint.ts';
import {createEventPrinter} from '../output/events/events-text.ts';
import {createLogFormatter} from '../output/log-lines.ts';
import {sanitiseLine, sanitiseText} from '../output/sanitise.ts';
import type {Terminal} from '../output/terminal.ts';
import {listOf} from '../plan/approval.ts';
import type {DevCause, DevEvent} from '../ui/dev/events.ts';
import {devJsonLine} from './events-json.ts';
import type {DevSurface, DevWishes} from './surface.ts';

const shownFiles = 3;

/** The first of these files, and how many more there are. */
const filesInShort = (files: readonly string[]): string =>
	[...files.slice(0, shownFiles), ...(files.length > shownFiles ? [`${files.length - shownFiles} more`] : [])].join(
		', ',
	);

function causeLines({message, lines, hint}: DevCause, {paint, glyphs}: Terminal): string[] {
	const [first = '', ...rest] = message.split('\n');
	return [
		`${paint.fail('Failed:')} ${glyphs.adapt(sanitiseLine(first))}`,
		...rest.map(line => `  ${glyphs.adapt(sanitiseLine(line))}`),
		...lines.map(line => `  ${paint.dim(glyphs.vertical)} ${sanitiseLine(line, {keepColour: paint.isColoured})}`),
		...(hint === undefined ? [] : hint.split('\n').map(line => `  ${paint.dim(sanitiseLine(line))}`)),
	];
}

/** Prints one line for each event, for pipes, `--plain` and screen readers. */
function createDevPrinter(terminal: Terminal, lookAt: string): (event: DevEvent) => void {
	const {paint, glyphs} = terminal;
	const write = (text: string) => void process.stdout.write(text);
	const print = (text: string) => write(`${text}\n`);
	const printApply = createEventPrinter({write, paint, glyphs});
	let isGreeted = false;
	return event => {
		switch (event.type) {
			case 'watching':
				if (!isGreeted) {
					print(`Watching ${counted(event.folders, 'folder')}. Save a file to redeploy; ctrl-c leaves.`);
					for (const {service, url, asksPassword} of event.urls)
						print(`${sanitiseLine(service)} at ${sanitiseLine(url)}${asksPassword ? ' (password required)' : ''}`);
				}
				isGreeted = true;
				break;
			case 'changed':
				print(`Saved: ${sanitiseLine(filesInShort(event.files))}`);
				break;
			case 'planned':
				print(`Plan: ${glyphs.adapt(sanitiseLine(event.line))}`);
				break;
			case 'unchanged':
				print('Nothing to apply.');
				break;
			case 'waiting':
				print(`${paint.warn('Waiting:')} somebody has to look at ${sanitiseLine(listOf(event.addresses))}. ${lookAt}`);
				break;
			case 'apply':
				printApply(event.event);
				break;
			case 'failed':
				for (const line of causeLines(event.cause, terminal)) print(line);
				break;
			case 'ended':
				if (event.outcome === 'declined') print('Nothing was changed.');
				break;
			case 'notice':
				print(sanitiseText(event.message));
				break;
			case 'engine':
				if (event.link.status === 'lost') print(`${paint.warn('Engine lost:')} ${sanitiseLine(event.link.message)}`);
				break;
			case 'line':
				// The sources are not known beforehand, so each line names its own.
				print(createLogFormatter({sources: [event.line.source, ''], paint})(event.line));
				break;
			case 'planning':
			case 'approved':
				break;
		}
	};
}

type Options = {
	readonly dialogue: Dialogue;
	readonly autoApprove: boolean;
	readonly wishes: DevWishes;
	/** How to look at a plan that waits, as a sentence. */
	readonly lookAt: string;
};

/** `compartment dev` without a screen. */
export function openDevLines({dialogue, autoApprove, wishes, lookAt}: Options): DevSurface {
	process.on('SIGINT', wishes.interrupt);
	process.on('SIGTERM', wishes.interrupt);
	const {terminal, shownAs} = dialogue;
	const isJson = shownAs === 'json';
	let isShown = false;
	const printText = createDevPrinter(terminal, lookAt);
	return {
		emit: isJson ? event => void process.stdout.write(devJsonLine(event)) : printText,
		async ask(plan, {settings}) {
			if (!isJson || isShown) showPlan(plan, dialogue, {isListedNext: false});
			return approve(plan, {
				dialogue,
				isApproved: autoApprove && !isShown,
				settings,
				insteadOfAsking: again('--auto-approve'),
			});
		},
		asksAtOnce: terminal.isInteractive && !isJson,
		async show() {
			isShown = true;
		},
		async close() {
			process.off('SIGINT', wishes.interrupt);
			process.off('SIGTERM', wishes.interrupt);
		},
	};
}
