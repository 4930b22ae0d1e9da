import {colour, keepColours, stripEscapes} from './escape-sequences.ts';
import {displayWidth, isSimple} from './width.ts';

export type SanitiseOptions = {
	/** Keep colour and weight, and reset them at the end of the line. */
	readonly keepColour?: boolean;
	/** Maximum length of a line in UTF-16 units; a cut line ends in `…`. */
	readonly maxLength?: number;
};

// Joiners and the emoji selector are handled below, because emoji need them.
const hidden = /(?![\u200d\ufe0f\t])[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
const lineSeparators = /[\u2028\u2029\v\f\x85]/g;
const looseSelectors = /(?<!\p{Extended_Pictographic})(?<![0-9#*](?=\ufe0f\u20e3))\ufe0f/gu;
const looseJoiners =
	/(?<!\p{Extended_Pictographic}|\ufe0f|\p{Emoji_Modifier})\u200d|\u200d(?!\p{Extended_Pictographic})/gu;
// More than eight combining marks on one letter overlap the lines above and below.
const stackedMarks = /(\p{M}{8})\p{M}+/gu;
const colourPieces = new RegExp(`(${colour.source})`);

const tabWidth = 8;

const cleanPiece = (text: string): string =>
	isSimple(text)
		? text
		: text
				.replace(lineSeparators, ' ')
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

// Never ends in half a surrogate pair or in a joiner.
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

// Appends `\x1b[0m` unless the last colour sequence already resets.
function closeColour(text: string): string {
	const start = text.lastIndexOf('\x1b[');
	return start === -1 || text.startsWith('\x1b[0m', start) ? text : `${text}\x1b[0m`;
}

// Of a line that is redrawn with carriage returns (a progress bar), only the last version is visible.
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
	// Skips most of what will be cut off; the factor leaves room for sequences and hidden characters.
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
 * Makes untrusted text (logs, names, engine messages, values) safe to print as one line; all such text goes through
 * here. Removes controls, escape sequences, bidirectional overrides and invisible characters; replaces lone surrogates
 * by U+FFFD, tabs by spaces and line breaks by one space. Of a line redrawn with carriage returns, keeps the last
 * version. Takes linear time.
 */
export const sanitiseLine = (text: string, options: SanitiseOptions = {}): string =>
	text.includes('\n')
		? text
				.split('\n')
				.map(line => sanitiseOneLine(line, options))
				.join(' ')
		: sanitiseOneLine(text, options);

/** Like `sanitiseLine`, but keeps line breaks; `maxLength` is per line. */
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

/** Escapes invisible characters (`\n`, `\u{200b}`): in a plan, two different values must never look the same. */
export const revealText = (text: string): string => (isSimple(text) ? text : text.replace(unclear, reveal));

/** A value in quotes, with invisible characters escaped. */
export const quoteText = (text: string): string => `"${revealText(text.replace(/["\\]/g, '\\$&'))}"`;
