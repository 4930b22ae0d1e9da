import {createListeners, type Readable} from '../parts/store.ts';

type LogStream = 'stdout' | 'stderr' | 'build';

export type LogLine = {
	/** Unsanitised. */
	readonly text: string;
	readonly stream: LogStream;
	/** Milliseconds since the epoch. */
	readonly at: number;
};

/** The snapshot is a version that increases with every push. */
export type LogBuffer = Readable<number> & {
	readonly push: (line: LogLine) => void;
	/** Number of the oldest kept line; lines are numbered from 0 and keep their number. */
	readonly first: () => number;
	/** Number of the next line, which is also the number of lines so far. */
	readonly next: () => number;
	/** Lines numbered from `from` up to, but not including, `to`; dropped lines are omitted. */
	readonly slice: (from: number, to: number) => LogLine[];
	/** The last `rows` lines, or those that end `offset` lines before the last one. */
	readonly tail: (rows: number, offset?: number) => LogLine[];
	/** The number of dropped lines. */
	readonly dropped: () => number;
	/** The lines of this moment, which nothing displaces. */
	readonly freeze: () => LogBuffer;
	/** How many lines are kept, and about how many bytes of memory they take. */
	readonly size: () => {readonly lines: number; readonly bytes: number};
};

/** About what a line takes besides its text: objects, time, entries of lists. */
export const bytesPerLine = 200;

/** Longer lines are cut when they arrive, so that no source can fill the memory. */
const longestLine = 4096;

type Options = {
	readonly capacity?: number;
	/** Receives the notification of every push; a screen passes it to its frame clock. */
	readonly schedule?: (notify: () => void) => void;
};

/** The newest lines of one source, in a ring; a push takes constant time. */
export const createLogBuffer = (options: Options = {}): LogBuffer => bufferOf(options, [], 0);

function bufferOf(options: Options, ring: LogLine[], before: number): LogBuffer {
	const {capacity = 10_000, schedule = notify => notify()} = options;
	const {subscribe, notify} = createListeners();
	let next = before;

	const first = () => Math.max(0, next - capacity);
	const slice = (from: number, to: number) => {
		const lines: LogLine[] = [];
		for (let n = Math.max(from, first()); n < Math.min(to, next); n++) lines.push(ring[n % capacity]!);
		return lines;
	};

	return {
		subscribe,
		getSnapshot: () => next,
		push(line) {
			ring[next % capacity] = {...line, text: cutLine(line.text)};
			next++;
			schedule(notify);
		},
		first,
		next: () => next,
		slice,
		tail: (rows, offset = 0) => slice(next - offset - rows, next - offset),
		dropped: first,
		freeze: () => bufferOf({capacity}, ring.slice(), next),
		size: () => ({
			lines: next - first(),
			bytes: ring.reduce((sum, {text}) => sum + text.length + bytesPerLine, 0),
		}),
	};
}

/** Cuts a line that is too long and says how much is missing. */
export function cutLine(text: string): string {
	if (text.length <= longestLine) return text;
	const rest = (text.length - longestLine).toLocaleString('en-US');
	// A slice of a long string keeps the whole string alive; going through a buffer makes a copy.
	return `${Buffer.from(text.slice(0, longestLine)).toString()} … ${rest} more characters`;
}
