import {expect} from 'vitest';

/** Text that tries to break out of its place, by what it tries. */
export const corpus = {
	'a colour that never ends': '\u001B[31mred without an end',
	'escapes that clear and leave the screen': '\u001B[2J\u001B[H\u001B[?1049lcleared',
	'a clipboard (OSC 52) and a link (OSC 8)':
		'\u001B]52;c;c3RvbGVu\u0007clipboard\u001B]8;;https://evil.example\u001B\\link',
	'a title (OSC 0), never ended': '\u001B]0;a title',
	'device strings': '\u001BP1$r0m\u001B\\\u001B_payload\u001B\\\u001B^private\u001B\\strings',
	'a scroll region and a reset': '\u001B[3;5r\u001B[?25l\u001Bcreset',
	'eight-bit controls': '\u009B2J\u009D52;c;c3RvbGVu\u009Ceight',
	'bidirectional overrides': 'bidi \u202Egnp.exe\u202C \u2066isolated\u2069',
	'zero width': 'zero\u200Bwidth \u2060joined\uFEFF \u00ADsoft',
	'emoji, joined and flagged': '👩‍👩‍👧‍👦 🇨🇭 ❤️ 1️⃣ 👍🏽',
	'wide characters': '漢字の行は二倍の幅',
	'wide characters without an end': '漢'.repeat(300),
	'combining marks': `e\u0301 ${'a'}${'\u0301'.repeat(80)}`,
	'a line that is redrawn': 'progress 10 %\rprogress 55 %\rprogress 100 %',
	'controls and half a character': '\u0000\u0007\u0008\u007F\uD800 lone',
	'invalid UTF-8': Buffer.from([0x69, 0xff, 0xfe, 0xc3, 0x28, 0xe2, 0x82, 0xf0, 0x9f]).toString('utf8'),
	'tabs and line breaks': 'tab\tstop\r\nnext line\u2028third\u0085fourth',
	'a long line': 'x'.repeat(5000),
} as const;

/** A line as no program should print it. */
export const endlessLine = `start ${'x'.repeat(10_000_000)}`;

/** Every text of the corpus. */
export const hostile: readonly string[] = Object.values(corpus);

/** The whole corpus as one name. */
export const hostileText = hostile.join(' ');

const forbidden = [
	']52;',
	']0;',
	']8;',
	'evil.example',
	'c3RvbGVu',
	'payload',
	'private',
	'\u0007',
	'\u0008',
	'\u007F',
	'\u009B',
	'\u009D',
	'\u202E',
	'\u2066',
	'\u200B',
	'\u2028',
	'\u001B[2J\u001B[H\u001B[?1049l',
	'\u001B[3;5r',
	'\u001Bc',
];

/** Fails when something of the corpus that a terminal obeys, or that nobody sees, was written to one. */
export function expectHarmless(written: string): void {
	for (const sequence of forbidden) expect(written.includes(sequence), JSON.stringify(sequence)).toBe(false);
}

/** Fails when a row that begins with a frame does not end with it. */
export function expectWholeFrame(text: string, rows: number): void {
	const lines = text.split('\n');
	expect(lines).toHaveLength(rows);
	// This model of a terminal draws a joined emoji as its parts, so that it cuts the line at the edge.
	for (const line of lines) if (/^[╭│╰]/u.test(line) && !/\u200D/u.test(line)) expect(line).toMatch(/[╮│╯]$/u);
	const count = (corner: string) => lines.filter(line => line.startsWith(corner)).length;
	expect(count('╭')).toBe(count('╰'));
}
