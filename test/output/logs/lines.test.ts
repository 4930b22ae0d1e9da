import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {createChooser} from '../../../source/output/logs/chooser.ts';
import {createLogPrinter} from '../../../source/output/logs/log-printer.ts';
import {isRepeat} from '../../../source/output/logs/repeats.ts';
import {noSearch, parseSearch} from '../../../source/output/logs/search.ts';
import {createSieve} from '../../../source/output/logs/sieve.ts';

const line = (text: string, source = 'web') => ({source, stream: 'stdout' as const, at: '', text});

describe('a sieve', () => {
	const sieved = (context: number, lines: readonly string[]) => {
		const sieve = createSieve<string>(context, text => text.startsWith('x'));
		return lines.flatMap(sieve).map(({line: text, isAfterGap}) => (isAfterGap ? `-- ${text}` : text));
	};

	test('lets the wanted lines pass', () => {
		expect(sieved(0, ['a', 'x1', 'b', 'x2'])).toEqual(['x1', 'x2']);
	});

	test('shows the lines around them, and where some are left out', () => {
		expect(sieved(1, ['a', 'b', 'x1', 'c', 'd', 'x2', 'e', 'f', 'g', 'h', 'x3'])).toEqual([
			'b',
			'x1',
			'c',
			'd',
			'x2',
			'e',
			'-- h',
			'x3',
		]);
		expect(sieved(2, ['x1', 'a', 'b', 'c', 'd', 'x2'])).toEqual(['x1', 'a', 'b', 'c', 'd', 'x2']);
	});

	test('shows exactly what is near a wanted line, in order and once', () => {
		fc.assert(
			fc.property(fc.array(fc.boolean(), {maxLength: 60}), fc.nat(5), (wanted, context) => {
				const sieve = createSieve<number>(context, number => wanted[number]!);
				const shown = wanted.flatMap((_, number) => sieve(number));
				const near = wanted.flatMap((_, number) =>
					wanted.slice(Math.max(0, number - context), number + context + 1).includes(true) ? [number] : [],
				);
				expect(shown.map(({line: number}) => number)).toEqual(near);
				for (const {line: number, isWanted} of shown) expect(isWanted).toBe(wanted[number]);
				for (const [index, {line: number, isAfterGap}] of shown.entries())
					expect(isAfterGap).toBe(context > 0 && index > 0 && number - shown[index - 1]!.line > 1);
			}),
		);
	});
});

describe('a chooser', () => {
	const chosen = (choice: Parameters<typeof createChooser>[0], lines: readonly string[]) => {
		const choose = createChooser(choice);
		return lines.filter(text => choose(line(text)));
	};

	test('takes lines by their text and their level', () => {
		const lines = ['INFO one', 'ERROR two', '    at main', 'WARN three', 'four'];
		expect(chosen({filter: noSearch, level: undefined}, lines)).toEqual(lines);
		expect(chosen({filter: noSearch, level: 'warn'}, lines)).toEqual(lines.slice(1, 4));
		expect(chosen({filter: parseSearch('!main'), level: 'warn'}, lines)).toEqual(['ERROR two', 'WARN three']);
		// The level goes on through a line that the text leaves out.
		expect(chosen({filter: parseSearch('main'), level: 'error'}, lines)).toEqual(['    at main']);
	});
});

describe('a repeat', () => {
	test.each([
		['retry', 'retry', true],
		['2026-11-20T08:00:00Z retry', '2026-11-20T08:00:01Z retry', true],
		['08:00:00.123 retry', '08:00:01.456 retry', true],
		['{"time":1700000000000,"msg":"retry"}', '{"time":1700000000001,"msg":"retry"}', true],
		['retry 1', 'retry 2', false],
		['{"time":1700000000000,"msg":"a"}', '{"time":1700000000000,"msg":"b"}', false],
	])('of %s by %s: %s', (before, after, is) => {
		expect(isRepeat(line(before), line(after))).toBe(is);
		expect(isRepeat(line(before), line(after, 'api'))).toBe(false);
		expect(isRepeat(line(before), {...line(after), stream: 'stderr'})).toBe(false);
	});
});

describe('printed lines', () => {
	const printed = (texts: readonly string[], options: Partial<Parameters<typeof createLogPrinter>[0]>) => {
		const {print, end} = createLogPrinter({format: ({text}) => text, paint: {dim: text => text}, ...options});
		const all = texts.map(text => print({line: line(text), isWanted: true, isAfterGap: text.startsWith('after')}));
		return `${all.join('')}${end()}`;
	};

	test('say how often one came again', () => {
		expect(printed(['a', 'a', 'a', 'b', 'c', 'c'], {isCollapsed: true})).toBe(
			'a\n-- repeated 2 more times --\nb\nc\n-- repeated 1 more time --\n',
		);
		expect(printed(['a', 'a'], {})).toBe('a\na\n');
	});

	test('are apart where lines were left out', () => {
		expect(printed(['a', 'a', 'after'], {isCollapsed: true})).toBe('a\n-- repeated 1 more time --\n--\nafter\n');
	});

	test('are folded to message and fields', () => {
		expect(printed(['{"level":30,"msg":"done","status":200,"path":"/a b"}', 'plain'], {isFolded: true})).toBe(
			'done  status=200 path="/a b"\nplain\n',
		);
	});
});
