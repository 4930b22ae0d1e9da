import {createListeners, type Readable} from '../parts/store.ts';
import {bytesPerLine, cutLine} from './log-buffer.ts';

/** One line of a log pool. */
export type PooledLine = {
	/** Increases with every line of the pool, across sources. */
	readonly number: number;
	readonly source: string;
	readonly stream: 'stdout' | 'stderr' | 'compartment';
	/** RFC 3339, from the engine; empty when unknown. */
	readonly at: string;
	/** Unsanitised. */
	readonly text: string;
};

export type IncomingLine = Omit<PooledLine, 'number'>;

type IsWanted = (line: PooledLine) => boolean;

/** The snapshot is a version that increases with every push, and when the lines from before were read. */
export type LogPool = Readable<number> & {
	/** Whether more lines may come; false for the log of something that has ended. */
	readonly isLive: boolean;
	/** Whether the lines from before were read, so that an empty pool means that there are none. */
	readonly isRead: () => boolean;
	readonly finishReading: () => void;
	/** The lines of this moment, which nothing displaces. */
	readonly freeze: () => LogPool;
	readonly push: (line: IncomingLine) => void;
	/** Sources in the order of their first line, or as announced. */
	readonly sources: () => readonly string[];
	/** Adds a source before its first line. */
	readonly announce: (source: string) => void;
	/** Number of the oldest kept line. */
	readonly first: () => number;
	/** Number of the next line, which is also the number of lines so far. */
	readonly next: () => number;
	/** The last `count` wanted lines with a number below `end`, oldest first. */
	readonly before: (end: number, count: number, isWanted?: IsWanted) => PooledLine[];
	/** The first `count` wanted lines with a number of at least `start`. */
	readonly from: (start: number, count: number, isWanted?: IsWanted) => PooledLine[];
	/** The number of dropped lines. */
	readonly dropped: () => number;
	/** Whether a line of this pool is still kept. */
	readonly keeps: (line: PooledLine) => boolean;
	/** How many lines are kept, and about how many bytes of memory they take. */
	readonly size: () => {readonly lines: number; readonly bytes: number};
};

type Options = {
	/** Default true. */
	readonly isLive?: boolean;
	/** Default true; otherwise `finishReading` says when. */
	readonly isRead?: boolean;
	/** Lines kept per source, so that a busy source does not displace a quiet one. */
	readonly capacity?: number;
	/** Receives the notification of every push; a screen passes it to its frame clock. */
	readonly schedule?: (notify: () => void) => void;
};

const all: IsWanted = () => true;

type Ring = {
	readonly push: (line: PooledLine) => void;
	readonly at: (index: number) => PooledLine | undefined;
	/** Index of the oldest kept line. */
	readonly start: () => number;
	readonly length: () => number;
	readonly copy: () => Ring;
	/** Index of the first line with at least this number. */
	readonly indexOf: (number: number) => number;
};

/** The newest lines of one source; a push takes constant time. */
function createRing(capacity: number, lines: PooledLine[] = [], before = 0): Ring {
	let pushed = before;
	const start = () => Math.max(0, pushed - capacity);
	const at = (index: number): PooledLine | undefined =>
		index >= start() && index < pushed ? lines[index % capacity] : undefined;
	return {
		push(line) {
			lines[pushed % capacity] = line;
			pushed++;
		},
		at,
		start,
		length: () => pushed - start(),
		copy: () => createRing(capacity, lines.slice(), pushed),
		indexOf(number) {
			let [low, high] = [start(), pushed];
			while (low < high) {
				const middle = (low + high) >> 1;
				if (at(middle)!.number < number) low = middle + 1;
				else high = middle;
			}
			return low;
		},
	};
}

/** Lines of several sources in order of arrival. */
export const createLogPool = (options: Options = {}): LogPool => poolOf(options, new Map(), 0);

function poolOf(options: Options, rings: Map<string, Ring>, before: number): LogPool {
	const {isLive = true, capacity = 10_000, schedule = notify => notify()} = options;
	const {subscribe, notify} = createListeners();
	let {isRead = true} = options;
	let next = before;
	let version = 0;

	const ringOf = (source: string) => {
		const ring = rings.get(source) ?? createRing(capacity);
		rings.set(source, ring);
		return ring;
	};
	// Merges all rings from one number on: each iteration takes the nearest line of any ring.
	const walk = (start: number, step: 1 | -1, count: number, isWanted: IsWanted): PooledLine[] => {
		const heads = [...rings.values()].map(ring => ({
			ring,
			index: step === 1 ? ring.indexOf(start) : ring.indexOf(start) - 1,
		}));
		const found: PooledLine[] = [];
		while (found.length < count) {
			let nearest: (typeof heads)[number] | undefined;
			let line: PooledLine | undefined;
			for (const head of heads) {
				const candidate = head.ring.at(head.index);
				if (candidate && (!line || (candidate.number - line.number) * step < 0)) [nearest, line] = [head, candidate];
			}
			if (!nearest || !line) break;
			nearest.index += step;
			if (isWanted(line)) found.push(line);
		}
		return step === 1 ? found : found.reverse();
	};
	const first = () => {
		let oldest = next;
		for (const ring of rings.values()) oldest = Math.min(oldest, ring.at(ring.start())?.number ?? next);
		return oldest;
	};

	return {
		isLive,
		subscribe,
		getSnapshot: () => version,
		isRead: () => isRead,
		finishReading() {
			if (isRead) return;
			isRead = true;
			version++;
			schedule(notify);
		},
		freeze: () => poolOf({isLive, capacity}, new Map([...rings].map(([source, ring]) => [source, ring.copy()])), next),
		push(line) {
			const text = cutLine(line.text);
			ringOf(line.source).push({...line, text, number: next});
			next++;
			version++;
			schedule(notify);
		},
		sources: () => [...rings.keys()],
		announce: source => void ringOf(source),
		first,
		next: () => next,
		before: (end, count, isWanted = all) => walk(end, -1, count, isWanted),
		from: (start, count, isWanted = all) => walk(start, 1, count, isWanted),
		dropped: () => [...rings.values()].reduce((sum, ring) => sum + ring.start(), 0),
		keeps({source, number}) {
			const ring = rings.get(source);
			const oldest = ring?.at(ring.start());
			return oldest !== undefined && number >= oldest.number;
		},
		size() {
			let [lines, bytes] = [0, 0];
			for (const ring of rings.values()) {
				lines += ring.length();
				for (let index = ring.start(), line = ring.at(index); line; line = ring.at(++index))
					bytes += line.text.length + bytesPerLine;
			}
			return {lines, bytes};
		},
	};
}
