import {StringDecoder} from 'node:string_decoder';

/** Longer lines are split into pieces of this many characters: a process may never write a line end. */
const maxLineLength = 64 * 1024;

const lineEnd = 0x0a;

export type LineReader = {
	/** Returns the lines that this chunk completes. */
	readonly push: (chunk: Uint8Array) => string[];
	/** Returns the rest when the stream ends. */
	readonly end: () => string[];
	/** Whether the next byte begins a line. */
	readonly isAtStart: () => boolean;
};

/** Splits UTF-8 bytes into lines, without their line ends; characters and lines may span chunks. */
export function createLineReader(limit = maxLineLength): LineReader {
	const decoder = new StringDecoder('utf8');
	let rest = '';
	/** Whether bytes of an unfinished line have come; `rest` may be empty all the same. */
	let isBegun = false;
	// A split line ends with its last piece; no empty line follows.
	let isContinued = false;

	const cut = (lines: string[]) => {
		while (rest.length > limit) {
			const isPair = rest.charCodeAt(limit - 1) >= 0xd800 && rest.charCodeAt(limit - 1) < 0xdc00;
			const end = isPair && limit > 1 ? limit - 1 : limit;
			lines.push(rest.slice(0, end));
			rest = rest.slice(end);
			isContinued = true;
		}
	};

	const finish = (lines: string[]) => {
		if (rest.endsWith('\r')) rest = rest.slice(0, -1);
		cut(lines);
		if (rest !== '' || !isContinued) lines.push(rest);
		rest = '';
		isContinued = false;
		isBegun = false;
	};

	return {
		push(chunk) {
			const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
			const lines: string[] = [];
			let from = 0;
			// Each line is decoded separately: a slice of the decoded chunk would keep the whole chunk in memory.
			for (let end = bytes.indexOf(lineEnd, from); end >= 0; end = bytes.indexOf(lineEnd, from)) {
				if (isBegun) rest += decoder.end(bytes.subarray(from, end));
				else rest = bytes.toString('utf8', from, end);
				from = end + 1;
				finish(lines);
			}
			if (from < bytes.length) {
				rest += decoder.write(bytes.subarray(from));
				isBegun = true;
				cut(lines);
			}
			return lines;
		},
		end() {
			const lines: string[] = [];
			rest += decoder.end();
			cut(lines);
			if (rest !== '') lines.push(rest);
			rest = '';
			isContinued = false;
			isBegun = false;
			return lines;
		},
		isAtStart: () => !isBegun,
	};
}

/** One JSON value per line, as the engine reports progress and events. */
export async function* readJsonLines<T>(stream: AsyncIterable<Uint8Array>): AsyncGenerator<T, void> {
	const reader = createLineReader(Number.POSITIVE_INFINITY);
	for await (const chunk of stream) {
		for (const line of reader.push(chunk)) if (line.trim() !== '') yield JSON.parse(line) as T;
	}
	for (const line of reader.end()) if (line.trim() !== '') yield JSON.parse(line) as T;
}
