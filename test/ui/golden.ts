import type {IBufferCell, Terminal} from '@xterm/headless';
import {expect} from 'vitest';

export type Size = {readonly columns: number; readonly rows: number};

/** The windows in which every screen is recorded. */
export const sizes: readonly Size[] = [
	{columns: 80, rows: 24},
	{columns: 120, rows: 40},
	{columns: 200, rows: 60},
	{columns: 60, rows: 15},
];

/** The terminal's colours, each as one letter. */
const letters = 'krgybmcw';

/**
 * How a cell looks, in one character: the letter of its colour, upper case if it is bold; without a colour `*` for bold and `.`
 * for dim; `#` for inverse; a space for plain text and for nothing.
 */
function signOf(cell: IBufferCell): string {
	if (cell.isInverse()) return '#';
	if (cell.getChars().trim() === '') return ' ';
	if (!cell.isFgDefault()) {
		const letter = letters[cell.getFgColor() % 8]!;
		return cell.isBold() ? letter.toUpperCase() : letter;
	}
	return cell.isBold() ? '*' : cell.isDim() ? '.' : ' ';
}

/** How each cell of a terminal's screen looks, a line per row. */
function looksOf({buffer: {active}, cols, rows}: Terminal): string {
	const signAt = (row: number) => (_: unknown, column: number) => {
		const cell = active.getLine(active.viewportY + row)?.getCell(column);
		return cell ? signOf(cell) : ' ';
	};
	return Array.from({length: rows}, (_, row) => Array.from({length: cols}, signAt(row)).join('').trimEnd()).join('\n');
}

/**
 * Compares a frame with its recorded text, and with how its cells looked.
 * @param file where the text is recorded, as `toMatchFileSnapshot` takes it; `-looks` follows its name where the looks are
 */
export async function expectFrame(
	screen: {readonly terminal: Terminal; readonly text: () => Promise<string>},
	file: string,
): Promise<void> {
	const text = await screen.text();
	await expect(text).toMatchFileSnapshot(file);
	await expect(looksOf(screen.terminal)).toMatchFileSnapshot(file.replace(/\.txt$/, '-looks.txt'));
}
