import type {ApplyEvent, Emit} from '../apply/events.ts';
import type {Notify, WorkEvent} from '../backup/events.ts';
import {formatBytes} from '../output/bytes.ts';
import {formatDuration} from '../output/duration.ts';
import {jsonLine} from '../output/json.ts';
import {sanitiseLine} from '../output/sanitise.ts';

/** Shows the progress of long work. */
export type WorkView = {
	readonly notify: Notify;
	readonly emit: Emit;
	/** Prints a sentence that belongs to no step. */
	readonly say: (message: string) => void;
};

type OpenWorkView = WorkView & {
	/** Clears the updating line. */
	readonly close: () => void;
};

/** A terminal shows one updating line; other output gets a line at this interval. */
const linePaceMs = 5000;
const jsonPaceMs = 1000;

const verbs = {
	backup: 'backing up',
	restore: 'restoring',
	verify: 'verifying',
	upload: 'storing',
	download: 'fetching',
} as const;

/** One event of work, on a line. Unsanitised. */
export function describeWork({work, resource, backup, ...event}: WorkEvent): string {
	const head = `${verbs[work]} ${resource} (${backup})`;
	if (event.type !== 'work-progress') return head;
	const done = work === 'upload' || work === 'download' ? 'transferred' : 'written';
	const bytes = event.bytes === null ? '' : `, ${formatBytes(event.bytes)} ${done}`;
	return `${head}: ${formatDuration(event.elapsedMs)}${bytes}`;
}

/** JSON lines at a limited rate; the output of commands is only in the run's log. */
function createJsonView(): OpenWorkView {
	let last = 0;
	const write = (value: object) => void process.stderr.write(jsonLine(value));
	return {
		notify(event) {
			if (event.type === 'work-output') return;
			const isEarly = event.type === 'work-progress' && event.at - last < jsonPaceMs;
			if (isEarly) return;
			if (event.type === 'work-progress') last = event.at;
			write(event);
		},
		emit: () => undefined,
		say: message => write({type: 'notice', at: Date.now(), message}),
		close: () => undefined,
	};
}

function createTextView(): OpenWorkView {
	const {stderr} = process;
	const isTerminal = stderr.isTTY === true && process.env['TERM'] !== 'dumb';
	let isShown = false;
	let last = Date.now();
	const clear = () => {
		if (isShown) stderr.write('\r\x1b[K');
		isShown = false;
	};
	const show = (text: string, isProgress: boolean) => {
		const line = sanitiseLine(text);
		if (isTerminal) {
			clear();
			stderr.write(line.slice(0, (stderr.columns ?? 80) - 1));
			isShown = true;
			return;
		}
		if (isProgress && Date.now() - last < linePaceMs) return;
		last = Date.now();
		if (isProgress) stderr.write(`${line}\n`);
	};
	return {
		notify(event) {
			if (event.type === 'work-progress' || event.type === 'work-started')
				show(describeWork(event), event.type === 'work-progress');
		},
		emit(event: ApplyEvent) {
			if (event.type === 'step-progress' && isTerminal) show(`${event.address}: ${event.message}`, false);
		},
		say(message) {
			clear();
			stderr.write(`${sanitiseLine(message)}\n`);
		},
		close: clear,
	};
}

/** JSON lines or text, both on stderr. */
export const createWorkView = (isJson: boolean): OpenWorkView => (isJson ? createJsonView() : createTextView());
