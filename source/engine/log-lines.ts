import type {LogLine, LogStream} from './engine.ts';
import {createFrameReader, type Frame} from './frames.ts';
import {createLineReader} from './lines.ts';

/** Splits the bytes of a log with timestamps into lines. */
export type LogReader = {
	readonly push: (chunk: Buffer) => LogLine[];
	/** Returns the rest when the log ends. */
	readonly end: () => LogLine[];
};

/** The engine's timestamp before each stored entry: `2026-01-31T08:00:00.123456789Z`, and a space. */
const stamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
const maxStampLength = 35;
const space = 0x20;

/** Reads the multiplexed log of a container without a TTY. */
export function createLogReader(): LogReader {
	const toFrames = createFrameReader();
	const readers = {stdout: createStreamReader('stdout'), stderr: createStreamReader('stderr')};
	return {
		push: chunk => toFrames(chunk).flatMap(frame => readers[frame.stream].push(frame)),
		end: () => [...readers.stdout.end(), ...readers.stderr.end()],
	};
}

/**
 * The engine stores a long line in parts of 16 KiB, each with its own timestamp, so every frame starts with one, not
 * just every line.
 */
function createStreamReader(stream: LogStream) {
	const lines = createLineReader();
	let startedAt = '';
	let at = '';
	const toLines = (texts: string[]): LogLine[] =>
		texts.map((text, index) => ({at: index === 0 ? startedAt : at, stream, text}));

	return {
		push: ({data}: Frame): LogLine[] => {
			const length = data.indexOf(space);
			const first = length > maxStampLength ? '' : data.toString('latin1', 0, Math.max(0, length));
			const isStamped = stamp.test(first);
			if (isStamped) at = first;
			if (lines.isAtStart()) startedAt = at;
			const result = toLines(lines.push(isStamped ? data.subarray(length + 1) : data));
			if (result.length > 0) startedAt = at;
			return result;
		},
		end: () => toLines(lines.end()),
	};
}

/** Reads the log of a container with a TTY: one stream without frames. */
export function createTerminalLogReader(): LogReader {
	const lines = createLineReader();
	let at = '';
	const toLine = (line: string): LogLine => {
		const length = line.indexOf(' ');
		const first = line.slice(0, Math.max(0, length));
		if (!stamp.test(first)) return {at, stream: 'stdout', text: line};
		at = first;
		return {at, stream: 'stdout', text: line.slice(length + 1)};
	};
	return {push: chunk => lines.push(chunk).map(toLine), end: () => lines.end().map(toLine)};
}
