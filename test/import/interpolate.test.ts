import {expect, it} from 'vitest';
import {interpolate, TemplateError, unmark, withoutMarks} from '../../source/import/interpolate.ts';

const values: Readonly<Record<string, string>> = {A: 'a', EMPTY: ''};
const lookup = (name: string) => values[name];
const of = (text: string) => unmark(interpolate(text, lookup).text);

it.each([
	['plain', 'plain'],
	['$A and ${A}', 'a and a'],
	['$$A costs $$5', '$A costs $5'],
	['a $ alone, 5$', 'a $ alone, 5$'],
	['${EMPTY:-x}${EMPTY-x}', 'x'],
	['${GONE:-x}${GONE-y}', 'xy'],
	['${A:-x}', 'a'],
	['${A:+x}${EMPTY:+y}${EMPTY+z}${GONE+w}', 'xz'],
	['${GONE:-${A}}', 'a'],
	['${GONE:-${OTHER:-${A}b}}c', 'abc'],
	['${GONE:-{"a": "b"}', '{"a": "b"'],
	['${A:?no}', 'a'],
	['x${GONE}y', 'x${GONE}y'],
	['${GONE:?no}', '${GONE}'],
])('%s becomes %s', (text, expected) => {
	expect(of(text)).toBe(expected);
});

it.each(['${', '${A', '${}', '${1}', '${A B}', '${A:x}', `${'${G:-'.repeat(30)}x${'}'.repeat(30)}`])(
	'%s is refused',
	text => {
		expect(() => interpolate(text, lookup)).toThrow(TemplateError);
	},
);

it('names what has no value, what was used, and what an author requires', () => {
	const found = interpolate('${A}-${GONE:?say $A}-${EMPTY:?full}-$OTHER', lookup);
	expect(found).toMatchObject({
		unset: ['GONE', 'EMPTY', 'OTHER'],
		used: ['A', 'GONE', 'EMPTY', 'OTHER'],
		required: {GONE: 'say a', EMPTY: 'full'},
	});
	expect(withoutMarks(found.text)).toBe('a---');
});
