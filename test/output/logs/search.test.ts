import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {describeSearch, matcherOf, mayBeSlow, parseSearch, typedSearch} from '../../../source/output/logs/search.ts';
import {withinTime} from '../../../source/output/logs/within-time.ts';
import {hostile} from '../../ui/hostile.ts';

const find = (typed: string, text: string): boolean => matcherOf(parseSearch(typed)).isWanted(text);

describe('a search', () => {
	test.each([
		['error', {text: 'error', isRegex: false, isInverse: false}],
		['!healthz', {text: 'healthz', isRegex: false, isInverse: true}],
		['/time.*out/', {text: 'time.*out', isRegex: true, isInverse: false}],
		['!/5\\d\\d/', {text: '5\\d\\d', isRegex: true, isInverse: true}],
		['/api/notes', {text: '/api/notes', isRegex: false, isInverse: false}],
		['//', {text: '//', isRegex: false, isInverse: false}],
		['\\!important', {text: '!important', isRegex: false, isInverse: false}],
		['\\/api/', {text: '/api/', isRegex: false, isInverse: false}],
		['!', {text: '', isRegex: false, isInverse: true}],
	])('is read from %s', (typed, search) => {
		expect(parseSearch(typed)).toEqual(search);
	});

	test('can be typed again as it is', () => {
		const searches = fc.record({text: fc.string(), isRegex: fc.boolean(), isInverse: fc.boolean()});
		fc.assert(
			fc.property(searches, ({text, isRegex, isInverse}) => {
				if (text === '') return;
				expect(parseSearch(typedSearch({text, isRegex, isInverse}))).toEqual({text, isRegex, isInverse});
			}),
		);
	});

	test('says what it is', () => {
		expect(['err', '!err', '!/e.r/'].map(typed => describeSearch(parseSearch(typed)))).toEqual([
			'"err"',
			'not "err"',
			'not /e.r/',
		]);
	});

	test('ignores case unless it has capitals', () => {
		expect([find('error', 'An ERROR'), find('Error', 'an error'), find('/\\bERR\\b/', 'err')]).toEqual([
			true,
			false,
			false,
		]);
		expect([find('/\\S+rr/', 'ERR'), find('/\\p{Lu}rr/', 'Err')]).toEqual([true, true]);
	});

	test('looks through colours', () => {
		expect(find('error', '\u001B[31merr\u001B[0mor')).toBe(true);
		expect(find('/^error$/', '\u001B[31merr\u001B[0mor')).toBe(true);
		expect(find('!error', '\u001B[31merr\u001B[0mor')).toBe(false);
	});

	test('wants every line, and finds nothing, while the expression is invalid', () => {
		const {problem, isWanted, rangesIn} = matcherOf(parseSearch('/(open/'));
		expect(problem).toBe('unterminated group');
		expect([isWanted('anything'), rangesIn('(open')]).toEqual([true, []]);
		expect(matcherOf(parseSearch('![', true)).isWanted('x')).toBe(true);
	});

	test('says where the matches are', () => {
		expect(matcherOf(parseSearch('an')).rangesIn('a banana')).toEqual([
			[3, 5],
			[5, 7],
		]);
		expect(matcherOf(parseSearch('/a+n?/')).rangesIn('aan b')).toEqual([[0, 3]]);
		expect(matcherOf(parseSearch('/x*/')).rangesIn('abc')).toEqual([]);
		expect(matcherOf(parseSearch('!an')).rangesIn('a banana')).toEqual([]);
	});

	test('finds in any text what it marks there, and an inverse one the rest', () => {
		const texts = fc.oneof(fc.string({unit: 'binary-ascii'}), fc.constantFrom(...hostile));
		fc.assert(
			fc.property(texts, fc.string({minLength: 1, maxLength: 3}), (text, part) => {
				const search = {text: part, isRegex: false, isInverse: false};
				const matcher = matcherOf(search);
				for (const [start, end] of matcher.rangesIn(text)) expect(end).toBeGreaterThan(start);
				if (matcher.rangesIn(text).length > 0 && !/[\u001B\u0080-\u009F]/.test(text))
					expect(matcher.isWanted(text)).toBe(true);
				expect(matcherOf({...search, isInverse: true}).isWanted(text)).toBe(!matcher.isWanted(text));
			}),
		);
	});

	test('takes any text as an expression, or says what is wrong', () => {
		fc.assert(
			fc.property(fc.string({unit: 'binary-ascii'}), fc.constantFrom(...hostile), (pattern, text) => {
				const matcher = matcherOf({text: pattern, isRegex: true, isInverse: false});
				if (mayBeSlow({text: pattern, isRegex: true, isInverse: false})) return;
				expect(typeof matcher.isWanted(text)).toBe('boolean');
				expect(matcher.problem).not.toBe('');
			}),
		);
	});
});

describe('a limit of time', () => {
	const slow = matcherOf(parseSearch('/^(a+)+$/'));

	test('stops an expression that would never end, and the next one runs', () => {
		expect(withinTime(20, () => slow.isWanted(`${'a'.repeat(80)}b`))).toBeUndefined();
		expect(withinTime(1000, () => slow.isWanted('aaa'))).toEqual({value: true});
	});

	test('passes values and errors on', () => {
		expect(withinTime(1000, () => undefined)).toEqual({value: undefined});
		expect(() => withinTime(1000, () => JSON.parse('{'))).toThrow(SyntaxError);
	});

	test('is only needed by expressions that repeat in several places', () => {
		expect(['a.*b', 'a+', '5\\d\\d', 'a\\+\\*'].map(text => mayBeSlow({...parseSearch(text, true)}))).toEqual([
			false,
			false,
			false,
			false,
		]);
		expect(['(a+)+', '.*.*x', '(a?){50}'].map(text => mayBeSlow(parseSearch(text, true)))).toEqual([true, true, true]);
	});
});
