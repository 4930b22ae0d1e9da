import {eastAsianWidth} from 'get-east-asian-width';
import {createSegmenter, isSimple} from './clusters.ts';

export {isSimple};

const colourSequences = /\x1b\[[0-9;]*m/;
const allColourSequences = new RegExp(colourSequences, 'g');

const segmenter = createSegmenter();

const visible = /[^\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Mn}\p{Me}\p{Cs}]/u;
const emoji =
	/^(?:\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})|[0-9#*]\ufe0f?\u20e3|\p{Regional_Indicator}{2})/u;
const joined = /\p{Extended_Pictographic}[^\u200d]*\u200d\p{Extended_Pictographic}/u;
const extra = /[\p{Mc}\uff00-\uffef]/gu;

const clusterWidth = (cluster: string): number => {
	const start = cluster.search(visible);
	if (start === -1) return 0;
	// Real emoji are short; longer clusters are stacked marks.
	if (cluster.length < 50 && (emoji.test(cluster) || joined.test(cluster))) return 2;
	const base = cluster.codePointAt(start)!;
	const rest = cluster.slice(start + (base > 0xffff ? 2 : 1));
	let width = eastAsianWidth(base);
	for (const [character] of rest.matchAll(extra)) width += eastAsianWidth(character.codePointAt(0)!);
	return width;
};

/** The width of a line in terminal cells. Ignores colour sequences; other controls must be sanitised first. */
export function displayWidth(text: string): number {
	if (isSimple(text)) return text.length;
	const plain = text.includes('\x1b') ? text.replace(allColourSequences, '') : text;
	if (isSimple(plain)) return plain.length;
	let width = 0;
	for (const {segment} of segmenter.segment(plain)) width += clusterWidth(segment);
	return width;
}

// The longest prefix of uncoloured text that fits into `columns` cells.
function fittingPart(text: string, columns: number): {readonly part: string; readonly width: number} {
	if (isSimple(text)) {
		const part = text.slice(0, columns);
		return {part, width: part.length};
	}
	let width = 0;
	let end = 0;
	for (const {segment} of segmenter.segment(text)) {
		const next = width + clusterWidth(segment);
		if (next > columns) break;
		width = next;
		end += segment.length;
	}
	return {part: text.slice(0, end), width};
}

/** Cuts a line to at most `columns` cells; a cut line ends in `ellipsis`. Keeps colours and resets them. */
export function truncate(text: string, columns: number, ellipsis = '…'): string {
	if (columns <= 0) return '';
	if (displayWidth(text) <= columns) return text;
	const mark = displayWidth(ellipsis) > columns ? '' : ellipsis;
	let room = columns - displayWidth(mark);
	if (!text.includes('\x1b')) return fittingPart(text, room).part + mark;
	let result = '';
	for (const piece of text.split(new RegExp(`(${colourSequences.source})`))) {
		if (piece.startsWith('\x1b')) {
			result += piece;
			continue;
		}
		const {part, width} = fittingPart(piece, room);
		result += part;
		room -= width;
		if (part.length < piece.length) break;
	}
	return `${result}\x1b[0m${mark}`;
}

/** Cuts an uncoloured line in the middle, because names that begin alike often differ at their end. */
export function truncateMiddle(text: string, columns: number, ellipsis = '…'): string {
	if (displayWidth(text) <= columns) return text;
	const room = columns - displayWidth(ellipsis);
	if (room < 2) return truncate(text, columns, ellipsis);
	const clusters = isSimple(text) ? Array.from(text) : Array.from(segmenter.segment(text), ({segment}) => segment);
	const {part: start, width} = fittingPart(text, Math.ceil(room / 2));
	let end = '';
	for (let left = room - width, index = clusters.length - 1; index >= 0; index--) {
		left -= displayWidth(clusters[index]!);
		if (left < 0) break;
		end = clusters[index]! + end;
	}
	return start + ellipsis + end;
}

/** Pads with spaces on the right to `columns` cells. */
export const padEnd = (text: string, columns: number): string =>
	text + ' '.repeat(Math.max(0, columns - displayWidth(text)));

/** Pads with spaces on the left to `columns` cells. */
export const padStart = (text: string, columns: number): string =>
	' '.repeat(Math.max(0, columns - displayWidth(text))) + text;

/**
 * Wraps uncoloured text at spaces into lines of at most `columns` cells. A longer word gets its own line; text that fits
 * is returned unchanged, including its indent.
 */
export function wrapWords(text: string, columns: number): string[] {
	if (displayWidth(text) <= columns) return [text];
	const lines: string[] = [];
	let line = '';
	let width = 0;
	for (const word of text.split(' ')) {
		const wordWidth = displayWidth(word);
		if (line !== '' && width + 1 + wordWidth > columns) {
			lines.push(line);
			line = word;
			width = wordWidth;
		} else {
			width += line === '' ? wordWidth : wordWidth + 1;
			line = line === '' ? word : `${line} ${word}`;
		}
	}
	return [...lines, line];
}
