import {describe, expect, it} from 'vitest';
import {createPaint, shouldColour} from '../../source/output/colour.ts';
import {asciiGlyphs, createGlyphs, unicodeGlyphs} from '../../source/output/glyphs.ts';

const terminal = {isTTY: true};
const pipe = {isTTY: false};

describe('colour', () => {
	it.each([
		['a terminal', {stream: terminal, env: {TERM: 'xterm'}}, true],
		['a pipe', {stream: pipe, env: {TERM: 'xterm'}}, false],
		['TERM=dumb', {stream: terminal, env: {TERM: 'dumb'}}, false],
		['NO_COLOR', {stream: terminal, env: {NO_COLOR: '1'}}, false],
		['an empty NO_COLOR', {stream: terminal, env: {NO_COLOR: ''}}, true],
		['FORCE_COLOR in a pipe', {stream: pipe, env: {FORCE_COLOR: '1'}}, true],
		['FORCE_COLOR with TERM=dumb', {stream: pipe, env: {FORCE_COLOR: '1', TERM: 'dumb'}}, true],
		['FORCE_COLOR=0', {stream: terminal, env: {FORCE_COLOR: '0'}}, false],
		['NO_COLOR against FORCE_COLOR', {stream: terminal, env: {NO_COLOR: '1', FORCE_COLOR: '1'}}, false],
		['--no-color against FORCE_COLOR', {stream: terminal, env: {FORCE_COLOR: '1'}, flag: false}, false],
		['--color against NO_COLOR', {stream: pipe, env: {NO_COLOR: '1'}, flag: true}, true],
	])('is decided with %s', (_, options, isColoured) => {
		expect(shouldColour(options)).toBe(isColoured);
		expect(createPaint(options).fail('x')).toBe(isColoured ? '\x1b[31mx\x1b[39m' : 'x');
	});

	it('styles the first argument alone, so that it can be given to map', () => {
		const {dim, palette} = createPaint({stream: terminal, env: {}, flag: false});
		expect(['a', 'b'].map(dim)).toEqual(['a', 'b']);
		expect(['a', 'b'].map(palette[0]!)).toEqual(['a', 'b']);
	});

	it('uses no more than 16 colours', () => {
		const {isColoured, palette, ...styles} = createPaint({stream: terminal, env: {COLORTERM: 'truecolor'}});
		expect(isColoured).toBe(true);
		for (const style of [...palette, ...Object.values(styles)]) expect(style('x')).toMatch(/^(?:\x1b\[\d{1,2}m)+x/);
	});
});

describe('glyphs', () => {
	it.each([
		[{LANG: 'en_US.UTF-8'}, true],
		[{LANG: 'C.utf8'}, true],
		[{LANG: 'en_US.UTF-8', LC_ALL: 'C'}, false],
		[{LANG: 'C', LC_CTYPE: 'de_DE.UTF-8'}, true],
		[{LANG: 'en_US.UTF-8', TERM: 'dumb'}, false],
		[{LANG: 'de_DE.ISO-8859-1'}, false],
		[{}, false],
	])('fit the locale %o', (env, isUnicode) => {
		expect(createGlyphs(env, 'linux')).toBe(isUnicode ? unicodeGlyphs : asciiGlyphs);
	});

	it('are Unicode on macOS without a locale', () => {
		expect(createGlyphs({}, 'darwin')).toBe(unicodeGlyphs);
	});

	it('replace the symbols in messages', () => {
		expect(asciiGlyphs.adapt('GET /healthz → 503 …')).toBe('GET /healthz -> 503 ...');
		expect(unicodeGlyphs.adapt('GET /healthz → 503')).toBe('GET /healthz → 503');
	});
});
