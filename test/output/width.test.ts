import fc from 'fast-check';
import stringWidth from 'string-width';
import {describe, expect, it} from 'vitest';
import {displayWidth, padEnd, padStart, truncate, wrapWords} from '../../source/output/width.ts';

const words = fc
	.array(
		fc.constantFrom(
			'a',
			' ',
			'é',
			'e\u0301',
			'你',
			'ｱﾞ',
			'한',
			'😀',
			'👩‍🚀',
			'👨‍👩‍👧',
			'❤️',
			'❤',
			'1️⃣',
			'🇩🇪',
			'👍🏽',
			'→',
			'…',
			'│',
			'✓',
			'क्षि',
			'ﷺ',
			'①',
			'☺',
			'⌚',
		),
		{maxLength: 20},
	)
	.map(parts => parts.join(''));

describe('displayWidth', () => {
	it('counts cells', () => {
		expect(displayWidth('abc')).toBe(3);
		expect(displayWidth('你好')).toBe(4);
		expect(displayWidth('e\u0301')).toBe(1);
		expect(displayWidth('👩‍🚀')).toBe(2);
		expect(displayWidth('🇩🇪')).toBe(2);
		expect(displayWidth('\x1b[31mred\x1b[0m')).toBe(3);
		expect(displayWidth('')).toBe(0);
	});

	it('agrees with the widths that Ink uses', () => {
		fc.assert(
			fc.property(words, text => {
				expect(displayWidth(text)).toBe(stringWidth(text));
			}),
			{numRuns: 2000},
		);
	});
});

describe('truncate', () => {
	it('never exceeds its cells and keeps what fits', () => {
		expect(truncate('abcdef', 4)).toBe('abc…');
		expect(truncate('abcdef', 4, '...')).toBe('a...');
		expect(truncate('abcd', 4)).toBe('abcd');
		expect(truncate('你好吗', 4)).toBe('你…');
		expect(truncate('abc', 0)).toBe('');
		expect(truncate('abc', 1)).toBe('…');
		fc.assert(
			fc.property(words, fc.integer({min: 0, max: 30}), (text, columns) => {
				expect(displayWidth(truncate(text, columns))).toBeLessThanOrEqual(columns);
				if (displayWidth(text) <= columns) expect(truncate(text, columns)).toBe(columns === 0 ? '' : text);
			}),
			{numRuns: 2000},
		);
	});

	it('keeps colours and resets them', () => {
		expect(truncate('\x1b[31mabcdef\x1b[0m', 4)).toBe('\x1b[31mabc\x1b[0m…');
		expect(truncate('\x1b[31mabc\x1b[0m', 4)).toBe('\x1b[31mabc\x1b[0m');
	});
});

describe('padding and wrapping', () => {
	it('count cells', () => {
		expect(padEnd('你', 4)).toBe('你  ');
		expect(padStart('12s', 5)).toBe('  12s');
		expect(padEnd('long', 2)).toBe('long');
	});

	it('break lines at spaces only', () => {
		expect(wrapWords('one two three', 7)).toEqual(['one two', 'three']);
		expect(wrapWords('a verylongword b', 5)).toEqual(['a', 'verylongword', 'b']);
		expect(wrapWords('', 5)).toEqual(['']);
		fc.assert(
			fc.property(fc.array(fc.constantFrom('a', 'bcd', '你好', 'x-y-z'), {minLength: 1}), parts => {
				expect(wrapWords(parts.join(' '), 8).join(' ')).toBe(parts.join(' '));
			}),
		);
	});
});
