type Mark = {readonly line: number; readonly column: number; readonly length: number};

const maximumWidth = 110;

// Characters that are two cells wide in a terminal; the carets must line up.
const wide =
	/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/u;
const hidden = /[\0-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]/gu;

const cellsOf = (text: string): number => {
	let cells = 0;
	for (const character of text) cells += wide.test(character) ? 2 : Number(!/\p{M}/u.test(character));
	return cells;
};

// One for one, so that columns stay right. The text must not be able to move the cursor.
const clean = (text: string): string => text.replaceAll('\t', ' ').replace(hidden, '\ufffd');

/** One line of a text with its number, and carets under the marked part. Long lines are cut around that part. */
export const codeFrame = (text: string, {line, column, length}: Mark): string => {
	const source = (text.split('\n', line)[line - 1] ?? '').replace(/\r$/, '');
	const from = Math.max(0, column - 1 > maximumWidth - 30 ? column - 1 - 40 : 0);
	const before = clean(`${from > 0 ? '…' : ''}${source.slice(from, column - 1)}`);
	const room = Math.max(1, maximumWidth - before.length);
	const marked = clean(source.slice(column - 1, column - 1 + Math.min(length, room)));
	const rest = source.slice(column - 1 + Math.min(length, room));
	const left = Math.max(0, room - marked.length);
	const after = rest.length > left ? `${clean(rest.slice(0, left))}…` : clean(rest);
	const number = String(line);
	const carets = ' '.repeat(cellsOf(before)) + '^'.repeat(Math.max(1, cellsOf(marked)));
	return `   ${number} | ${before}${marked}${after}\n   ${' '.repeat(number.length)} | ${carets}`;
};
