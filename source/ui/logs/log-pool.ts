import {createListeners, type Readable} from '../parts/store.ts';
import {cutLine} from './log-buffer.ts';

/** One line of one of several sources. */
export type PooledLine = {
	/** Grows with every line of the pool, whatever its source. */
	readonly number: number;
	readonly source: string;
	readonly stream: 'stdout' | 'stderr' | 'compartment';
	/** RFC 3339, as the engine has it; empty when nobody knows. */
	readonly at: string;
	/** Raw foreign text: whoever shows it sanitises it. */
	readonly text: string;
};

export type IncomingLine = Omit<PooledLine, 'number'>;

type IsWanted = (line: PooledLine) => boolean;

/** The snapshot is a version that grows with every push. */
export type LogPool = Readable<number> & {
	/** Whether more may come: a log of something that is over is only read. */
	readonly isLive: boolean;
	readonly push: (line: IncomingLine) => void;
	/** Sources in the order of their first line, or as announced. */
	readonly sources: () => readonly string[];
	/** Names a source before it has a line. */
	readonly announce: (source: string) => void;
	/** Number of the oldest line that is kept. */
	readonly first: () => number;
	/** Number that the next line will get, which is also how many there have been. */
	readonly next: () => number;
	/** The last `count` wanted lines with a number below `end`, oldest first. */
	readonly before: (end: number, count: number, isWanted?: IsWanted) => PooledLine[];
	/** The first `count` wanted lines with a number of at least `start`. */
	readonly from: (start: number, count: number, isWanted?: IsWanted) => PooledLine[];
	/** How many lines fell out at the old end. */
	readonly dropped: () => number;
};

type Options = {
	/** Default true. */
	readonly isLive?: boolean;
	/** Lines kept of each source, so that a loud one does not push out a quiet one. */
	readonly capacity?: number;
	/** Gets the notification of every push; a screen hands it to its frame clock. */
	readonly schedule?: (notify: () => void) => void;
};

const all: IsWanted = () => true;

/** The newest lines of one source; a push takes the same short time however many there have been. */
function createRing(capacity: number) {
	const lines: PooledLine[] = [];
	let pushed = 0;
	const start = () => Math.max(0, pushed - capacity);
	const at = (place: number): PooledLine | undefined =>
		place >= start() && place < pushed ? lines[place % capacity] : undefined;
	return {
		push(line: PooledLine) {
			lines[pushed % capacity] = line;
			pushed++;
		},
		at,
		start,
		/** Place of the first line with at least this number. */
		placeOf(number: number) {
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

/** Lines of several sources as one stream, in the order in which they came. */
export function createLogPool({
	isLive = true,
	capacity = 10_000,
	schedule = notify => notify(),
}: Options = {}): LogPool {
	const rings = new Map<string, ReturnType<typeof createRing>>();
	const {subscribe, notify} = createListeners();
	let next = 0;

	const ringOf = (source: string) => {
		const ring = rings.get(source) ?? createRing(capacity);
		rings.set(source, ring);
		return ring;
	};
	// A merge of all rings from one place on: each step takes the nearest line of any of them.
	const walk = (start: number, step: 1 | -1, count: number, isWanted: IsWanted): PooledLine[] => {
		const heads = [...rings.values()].map(ring => ({
			ring,
			place: step === 1 ? ring.placeOf(start) : ring.placeOf(start) - 1,
		}));
		const found: PooledLine[] = [];
		while (found.length < count) {
			let nearest: (typeof heads)[number] | undefined;
			let line: PooledLine | undefined;
			for (const head of heads) {
				const candidate = head.ring.at(head.place);
				if (candidate && (!line || (candidate.number - line.number) * step < 0)) [nearest, line] = [head, candidate];
			}
			if (!nearest || !line) break;
			nearest.place += step;
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
		getSnapshot: () => next,
		push(line) {
			const text = cutLine(line.text);
			ringOf(line.source).push({...line, text, number: next});
			next++;
			schedule(notify);
		},
		sources: () => [...rings.keys()],
		announce: source => void ringOf(source),
		first,
		next: () => next,
		before: (end, count, isWanted = all) => walk(end, -1, count, isWanted),
		from: (start, count, isWanted = all) => walk(start, 1, count, isWanted),
		dropped: () => [...rings.values()].reduce((sum, ring) => sum + ring.start(), 0),
	};
}
