import {colour, keepColours, stripEscapes} from './escape-sequences.ts';
import {displayWidth, isSimple} from './width.ts';

export type SanitiseOptions = {
	/** Colour and weight survive, everything else that a terminal obeys is removed. They are closed at the line's end. */
	readonly keepColour?: boolean;
	/** Characters (UTF-16) of a line to keep at most; a cut line ends in `…`. */
	readonly maxLength?: number;
};

// Joiners and the emoji selector have a second look, because emoji need them.
const hidden = /(?![\u200d\ufe0f\t])[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
const spacesOfOtherKinds = /[\u2028\u2029\v\f\x85]/g;
const looseSelectors = /(?<!\p{Extended_Pictographic})(?<![0-9#*](?=\ufe0f\u20e3))\ufe0f/gu;
const looseJoiners =
	/(?<!\p{Extended_Pictographic}|\ufe0f|\p{Emoji_Modifier})\u200d|\u200d(?!\p{Extended_Pictographic})/gu;
// More than eight marks on one letter reach into the lines above and below.
const stackedMarks = /(\p{M}{8})\p{M}+/gu;
const colourPieces = new RegExp(`(${colour.source})`);

const tabWidth = 8;

const cleanPiece = (text: string): string =>
	isSimple(text)
		? text
		: text
				.replace(spacesOfOtherKinds, ' ')
				.replace(hidden, '')
				.replace(looseSelectors, '')
				.replace(looseJoiners, '')
				.replace(stackedMarks, '$1');

function expandTabs(text: string): string {
	if (!text.includes('\t')) return text;
	const parts = text.split('\t');
	let column = 0;
	return parts
		.map((part, index) => {
			if (index === parts.length - 1) return part;
			const width = displayWidth(part);
			const spaces = tabWidth - ((column + width) % tabWidth);
			column += width + spaces;
			return part + ' '.repeat(spaces);
		})
		.join('');
}

// Neither half a surrogate pair nor a joiner may end the kept part.
const cutPiece = (text: string, length: number): string =>
	text.slice(0, Math.max(0, length)).replace(/[\ud800-\udbff\u200d]+$/, '');

function cut(text: string, maxLength: number): string {
	if (text.length <= maxLength) return text;
	if (!text.includes('\x1b')) return `${cutPiece(text, maxLength - 1)}…`;
	const pieces = text.split(colourPieces);
	const visibleLength = pieces.reduce((sum, piece, index) => sum + (index % 2 === 0 ? piece.length : 0), 0);
	if (visibleLength <= maxLength) return text;
	let room = maxLength - 1;
	let result = '';
	for (const [index, piece] of pieces.entries()) {
		if (index % 2 === 1) result += piece;
		else {
			result += cutPiece(piece, room);
			if (piece.length > room) break;
			room -= piece.length;
		}
	}
	return `${result}…`;
}

// `\x1b[0m` at the end, unless the last colour sequence already resets.
function closeColour(text: string): string {
	const start = text.lastIndexOf('\x1b[');
	return start === -1 || text.startsWith('\x1b[0m', start) ? text : `${text}\x1b[0m`;
}

// A program that redraws its line (a progress bar) wants only what it wrote last to be seen.
function lastDrawing(text: string): string {
	if (!text.includes('\r')) return text;
	let end = text.length;
	while (end > 0 && text[end - 1] === '\r') end--;
	const start = end === 0 ? -1 : text.lastIndexOf('\r', end - 1);
	return text.slice(start + 1, end);
}

function sanitiseOneLine(
	text: string,
	{keepColour = false, maxLength = Number.POSITIVE_INFINITY}: SanitiseOptions,
): string {
	if (text.length <= maxLength && isSimple(text)) return text;
	const drawn = lastDrawing(text);
	// What is thrown away need not be read: a hidden character or a sequence rarely takes more than this.
	const limit = maxLength * 8 + 256;
	const source = (drawn.length > limit ? drawn.slice(0, limit) : drawn).toWellFormed();
	if (!keepColour) {
		const clean = cut(expandTabs(cleanPiece(stripEscapes(source))), maxLength);
		return drawn.length > limit && !clean.endsWith('…') ? `${cut(clean, maxLength - 1)}…` : clean;
	}
	const coloured = keepColours(source)
		.split(colourPieces)
		.map((piece, index) => (index % 2 === 1 ? piece : cleanPiece(piece)))
		.join('');
	return closeColour(cut(expandTabs(coloured), maxLength));
}

/**
 * The one way for foreign text (logs, names, engine messages, values) onto a terminal, as one line. Removes controls,
 * escape sequences, bidirectional overrides and invisible characters; lone surrogates become U+FFFD, tabs spaces,
 * line breaks one space. Of a line redrawn with carriage returns the last drawing stays. Takes linear time.
 */
export const sanitiseLine = (text: string, options: SanitiseOptions = {}): string =>
	text.includes('\n')
		? text
				.split('\n')
				.map(line => sanitiseOneLine(line, options))
				.join(' ')
		: sanitiseOneLine(text, options);

/** The same for text of several lines; line breaks stay, `maxLength` counts per line. */
export const sanitiseText = (text: string, options: SanitiseOptions = {}): string =>
	text.includes('\n')
		? text
				.split('\n')
				.map(line => sanitiseOneLine(line, options))
				.join('\n')
		: sanitiseOneLine(text, options);

const shortEscapes: Readonly<Record<string, string>> = {'\n': '\\n', '\r': '\\r', '\t': '\\t'};
const unclear = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\p{Cs}]/gu;

const reveal = (character: string): string =>
	shortEscapes[character] ?? `\\u{${character.codePointAt(0)!.toString(16)}}`;

/** Shows what would be invisible as `\n`, `\u{200b}`: in a plan two different values must never look the same. */
export const revealText = (text: string): string => (isSimple(text) ? text : text.replace(unclear, reveal));

/** A value in quotes, with everything invisible shown. */
export const quoteText = (text: string): string => `"${revealText(text.replace(/["\\]/g, '\\$&'))}"`;
