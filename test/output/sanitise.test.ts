import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {quoteText, revealText, sanitiseLine, sanitiseText} from '../../source/output/sanitise.ts';
import {growthOf} from '../growth.ts';

const esc = '\x1b';

/** What must never reach a terminal, joiner and emoji selector apart. */
const dangerous =
	/[\x00-\x1f\x7f-\x9f\u061c\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]|\p{Cs}/u;

const corpus: readonly (readonly [name: string, text: string, clean: string])[] = [
	['plain text', 'ready on :3000', 'ready on :3000'],
	['text of other scripts', 'Grüße, 你好, שלום, नमस्ते', 'Grüße, 你好, שלום, नमस्ते'],
	['colours', `${esc}[31mred${esc}[0m and ${esc}[1;38;5;200mbold`, 'red and bold'],
	['cursor moves and erasing', `a${esc}[2J${esc}[H${esc}[10Ab${esc}[Kc`, 'abc'],
	['private modes', `${esc}[?1049h${esc}[?25lx${esc}[>4;2m`, 'x'],
	['window title', `${esc}]0;owned\x07text`, 'text'],
	['window title ended by ST', `${esc}]2;owned${esc}\\text`, 'text'],
	['hyperlink', `${esc}]8;;http://evil${esc}\\click${esc}]8;;${esc}\\`, 'click'],
	['clipboard', `${esc}]52;c;cm0gLXJmIH4=\x07done`, 'done'],
	['device control', `${esc}P$q"p${esc}\\after`, 'after'],
	['application command', `${esc}_Gf=100;AAAA${esc}\\img`, 'img'],
	['privacy message', `${esc}^secret${esc}\\x`, 'x'],
	['start of string', `${esc}Xabc${esc}\\x`, 'x'],
	['full reset', `${esc}cx`, 'x'],
	['character set', `${esc}(0lqqk${esc}(B`, 'lqqk'],
	['keypad and index', `${esc}=${esc}>${esc}D${esc}Mx`, 'x'],
	['C1 forms', `\x9b31mred\x9d0;title\x9cx\x90q\x9cy`, 'redxy'],
	['a sequence without its end', `abc${esc}[31`, 'abc'],
	['an unfinished title hides nothing', `user=${esc}]0;login failed`, 'user=0;login failed'],
	['one sequence inside another', `${esc}]0;${esc}[31mabc`, '0;abc'],
	['halves that would join', `${esc}${esc}[31m[31mx`, '[31mx'],
	['tmux passthrough', `${esc}Ptmux;${esc}${esc}]52;c;AAAA\x07${esc}\\x`, 'tmux;x'],
	['bell, backspace, nul', 'pass\x07word\b\b\b\b\x00!', 'password!'],
	['delete', 'a\x7fb', 'ab'],
	['bidirectional override', 'invoice\u202egpj.exe', 'invoicegpj.exe'],
	['isolates and marks', '\u2066a\u2069\u200e\u200f\u061cb', 'ab'],
	['zero width', 'a\u200bd\u200cm\u2060i\ufeffn', 'admin'],
	['soft hyphen and fillers', 'a\u00ad\u115f\u3164\uffa0b', 'ab'],
	['tags', `x\u{e0041}\u{e0042}\u{e007f}`, 'x'],
	['variation selectors', 'a\ufe00\ufe0e\ufe0f\u{e0100}b', 'ab'],
	['line and paragraph separators', 'a\u2028b\u2029c\x85d', 'a b c d'],
	['lone surrogates', 'a\ud800b\udc00c', 'a\ufffdb\ufffdc'],
	['tabs', 'a\tbc\td', 'a       bc      d'],
	['tabs after wide characters', '你好\tx', '你好    x'],
	['a progress bar', '10%\r50%\r100%\r', '100%'],
	['a faked line', 'ok\rroot: all good', 'root: all good'],
	['several lines', 'one\r\ntwo\nthree', 'one two three'],
	['joined emoji', '👩‍🚀 👨‍👩‍👧 👩🏽‍💻 ❤️ 1️⃣', '👩‍🚀 👨‍👩‍👧 👩🏽‍💻 ❤️ 1️⃣'],
	['a joiner that joins nothing', 'a\u200db 😀\u200d\u200d😀 x\u200d😀 😀\u200d', 'ab 😀😀 x😀 😀'],
	['a joiner behind a removed character', '😀\u200b\u200d😀', '😀\u200d😀'],
	['a stack of marks', `Z${'\u0300'.repeat(50)}x`, `Z${'\u0300'.repeat(8)}x`],
];

const piece = fc.constantFrom(
	esc,
	'[',
	']',
	'31m',
	'0m',
	'52;c;',
	'\x07',
	'\\',
	'\x9b',
	'\x9d',
	'\x9c',
	'\x90',
	'P',
	'\t',
	'\r',
	'\n',
	'x',
	' ',
	'\u200d',
	'\ufe0f',
	'\u20e3',
	'1',
	'😀',
	'👩',
	'🏽',
	'\u0301',
	'\u0300\u0300\u0300\u0300\u0300',
	'\u202e',
	'\u200b',
	'\ud83d',
	'\ude00',
	'你',
	'(',
	'8m',
	';',
	'38;5;',
	'\u2028',
);
const hostileText = fc.oneof(
	fc.array(piece, {maxLength: 60}).map(parts => parts.join('')),
	fc.string({unit: 'binary', maxLength: 60}),
	fc.array(fc.integer({min: 0, max: 0xffff}), {maxLength: 60}).map(units => String.fromCharCode(...units)),
);

describe('sanitiseLine', () => {
	it.each(corpus)('cleans %s', (_, text, clean) => {
		expect(sanitiseLine(text)).toBe(clean);
		expect(sanitiseLine(text)).not.toMatch(dangerous);
	});

	it('lets nothing dangerous through for any input', () => {
		fc.assert(
			fc.property(hostileText, text => {
				expect(sanitiseLine(text)).not.toMatch(dangerous);
				expect(sanitiseText(text).replaceAll('\n', '')).not.toMatch(dangerous);
			}),
			{numRuns: 3000},
		);
	});

	it('leaves joiners and emoji selectors only inside emoji', () => {
		fc.assert(
			fc.property(hostileText, text => {
				const rest = sanitiseLine(text)
					.replace(/(?<=[0-9#*])\ufe0f(?=\u20e3)|(?<=\p{Extended_Pictographic})\ufe0f/gu, '')
					.replace(/(?<=\p{Extended_Pictographic}|\p{Emoji_Modifier})\u200d(?=\p{Extended_Pictographic})/gu, '');
				expect(rest).not.toMatch(/[\u200d\ufe0f]/);
			}),
			{numRuns: 3000},
		);
	});

	it('is idempotent', () => {
		fc.assert(
			fc.property(
				hostileText,
				fc.boolean(),
				fc.option(fc.integer({min: 1, max: 30}), {nil: undefined}),
				(text, keepColour, maxLength) => {
					const options = {keepColour, ...(maxLength === undefined ? {} : {maxLength})};
					const once = sanitiseLine(text, options);
					if (!text.includes('\n')) expect(sanitiseLine(once, options)).toBe(once);
					expect(sanitiseText(sanitiseText(text, options), options)).toBe(sanitiseText(text, options));
				},
			),
			{numRuns: 5000},
		);
	});

	it('keeps only colours on request, and resets them', () => {
		const keep = (text: string) => sanitiseLine(text, {keepColour: true});
		expect(keep(`${esc}[31mred${esc}[2J${esc}]0;t\x07 text`)).toBe(`${esc}[31mred text${esc}[0m`);
		expect(keep(`${esc}[1;32mok${esc}[m`)).toBe(`${esc}[1;32mok${esc}[0m`);
		expect(keep(`${esc}[38;5;200ma${esc}[48;2;1;2;3mb${esc}[0m`)).toBe(`${esc}[38;5;200ma${esc}[48;2;1;2;3mb${esc}[0m`);
		expect(keep(`${esc}[8mhidden${esc}[5mblink`)).toBe('hiddenblink');
		expect(keep(`${esc}[1;8;31mx`)).toBe(`${esc}[1;31mx${esc}[0m`);
		expect(keep(`${esc}[38;2;1;2mx`)).toBe('x');
		expect(keep(`${esc}[4:3mx${esc}[>4;2my`)).toBe('xy');
		expect(keep('plain')).toBe('plain');
	});

	it('lets only SGR sequences through with colours', () => {
		fc.assert(
			fc.property(hostileText, text => {
				const clean = sanitiseLine(text, {keepColour: true});
				expect(clean.replaceAll(/\x1b\[[0-9;]+m/g, '')).not.toMatch(dangerous);
				if (clean.includes(esc)) expect(clean).toMatch(/\x1b\[0m[^\x1b]*$/);
			}),
			{numRuns: 3000},
		);
	});

	it('cuts at maxLength with an ellipsis, never inside a surrogate pair', () => {
		expect(sanitiseLine('abcdef', {maxLength: 4})).toBe('abc…');
		expect(sanitiseLine('abcd', {maxLength: 4})).toBe('abcd');
		expect(sanitiseLine('ab😀😀', {maxLength: 4})).toBe('ab…');
		expect(sanitiseLine(`${esc}[31mabcdef`, {maxLength: 4, keepColour: true})).toBe(`${esc}[31mabc…${esc}[0m`);
		fc.assert(
			fc.property(hostileText, fc.integer({min: 1, max: 40}), (text, maxLength) => {
				expect(
					sanitiseText(text, {maxLength})
						.split('\n')
						.every(line => line.length <= maxLength),
				).toBe(true);
			}),
		);
	});

	const flood = 2_000_000;
	it.each([
		['unfinished titles', `${esc}]`],
		['unfinished colours', `${esc}[1;`],
		['escapes', esc],
		['marks', '\u0301'],
		['joiners', '\u200d'],
		['selectors', '\ufe0f'],
		['tabs', '\t'],
		['returns', '\ra'],
		['lone surrogates', '\ud800'],
		['emoji', '😀\u200d'],
		['colours', `${esc}[31mx`],
	])('takes linear time for a flood of %s', (_, unit) => {
		const units = flood / unit.length / 20;
		const texts = {1: `x${unit.repeat(units)}`, 20: `x${unit.repeat(20 * units)}`};
		const growth = growthOf(scale => {
			sanitiseLine(texts[scale]);
			sanitiseLine(texts[scale], {keepColour: true, maxLength: 4000});
		});
		expect(growth).toBeLessThan(100);
	});

	it('cuts a line of 10 MB without reading all of it', () => {
		const texts = {1: '你好 '.repeat(170_000), 20: '你好 '.repeat(3_400_000)};
		expect(sanitiseLine(texts[20], {maxLength: 2000})).toHaveLength(2000);
		expect(growthOf(scale => void sanitiseLine(texts[scale], {maxLength: 2000}))).toBeLessThan(10);
	});
});

describe('sanitiseText', () => {
	it('keeps line breaks and sanitises each line', () => {
		expect(sanitiseText(`one\r\n${esc}[31mtwo\n10%\r20%\n`)).toBe('one\ntwo\n20%\n');
	});
});

describe('quoteText', () => {
	it('escapes invisible characters, so that different values look different', () => {
		expect(quoteText('a"b\\c')).toBe('"a\\"b\\\\c"');
		expect(revealText(`a\n\r\t${esc}\u200b\u202e\ud800\u{e0041}`)).toBe(
			'a\\n\\r\\t\\u{1b}\\u{200b}\\u{202e}\\u{d800}\\u{e0041}',
		);
		fc.assert(
			fc.property(hostileText, hostileText, (a, b) => {
				expect(quoteText(a)).not.toMatch(dangerous);
				expect(quoteText(a) === quoteText(b)).toBe(a === b);
			}),
		);
	});
});
