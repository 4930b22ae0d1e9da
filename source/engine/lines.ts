import {StringDecoder} from 'node:string_decoder';

/** Longer lines are split into pieces of this many characters: a process may never write a line end. */
const maxLineLength = 64 * 1024;

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

	const split = (text: string): string[] => {
		const lines: string[] = [];
		let from = 0;
		for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
			rest += text.slice(from, end);
			from = end + 1;
			if (rest.endsWith('\r')) rest = rest.slice(0, -1);
			cut(lines);
			if (rest !== '' || !isContinued) lines.push(rest);
			rest = '';
			isContinued = false;
		}
		rest += text.slice(from);
		cut(lines);
		return lines;
	};

	return {
		push: chunk => split(decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))),
		end: () => {
			const lines = split(decoder.end());
			if (rest !== '') lines.push(rest);
			rest = '';
			isContinued = false;
			return lines;
		},
		isAtStart: () => rest === '' && !isContinued,
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
