import {parse} from 'dotenv';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {scanDotenv} from '../../source/model/dotenv.ts';

const keysOf = (content: string): string[] => scanDotenv(content).assignments.map(({key}) => key);

const key = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}$/);
const line = fc.oneof(
	fc.constant(''),
	fc.string().map(text => `# ${text.replace(/[\r\n]/g, '')}`),
	fc.tuple(key, fc.stringMatching(/^[ -~]{0,20}$/)).map(([name, value]) => `${name}=${value.replace(/["'`]/g, '')}`),
	fc.tuple(key, fc.stringMatching(/^[^"\\\r]{0,30}$/)).map(([name, value]) => `export ${name}="${value}"`),
	fc.tuple(key, fc.stringMatching(/^[^'\r]{0,30}$/)).map(([name, value]) => `${name} = '${value}' # note`),
	fc.tuple(key, fc.stringMatching(/^[a-z]{1,8}$/)).map(([name, value]) => `${name}: ${value}`),
);

describe('scanDotenv', () => {
	it('finds exactly the variables that the dotenv package reads, in any file', () => {
		fc.assert(
			fc.property(fc.array(line, {maxLength: 12}), lines => {
				const content = lines.join('\n');
				expect(scanDotenv(content).unsupported).toBeUndefined();
				expect([...new Set(keysOf(content))].sort()).toEqual(Object.keys(parse(content)).sort());
			}),
			{numRuns: 500},
		);
	});

	it('skips quoted values that span lines', () => {
		const content = 'A="one\nB=two\n"\nC=3';
		expect(keysOf(content)).toEqual(['A', 'C']);
		expect(parse(content)).toEqual({A: 'one\nB=two\n', C: '3'});
	});

	it('returns repeated keys, and the first line that is not dotenv', () => {
		expect(keysOf('A=1\nA=2')).toEqual(['A', 'A']);
		expect(scanDotenv('A=1\n\nwhat is this\nalso this').unsupported).toEqual({line: 3, text: 'what is this'});
	});
});
