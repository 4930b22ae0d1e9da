import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {createReportFilter, type Report} from '../../source/ui/terminal/reports.ts';

/** What comes out of chunks; between two of them enough time passes where `isSlow`. */
function filter(chunks: readonly string[], isSlow = false) {
	const {push, release} = createReportFilter();
	let text = '';
	const reports: Report[] = [];
	for (const chunk of chunks) {
		const result = push(chunk);
		text += result.text;
		reports.push(...result.reports);
		if (isSlow) text += release();
	}
	return {text: text + release(), reports};
}

const esc = '\u001B';
const click = `${esc}[<0;11;5M`;
const released = `${esc}[<0;11;5m`;
const wheelUp = `${esc}[<64;1;1M`;
const answer = `${esc}[?2026;2$y`;

describe('the reports of a terminal', () => {
	test('are read', () => {
		expect(filter([click + released + wheelUp + answer])).toEqual({
			text: '',
			reports: [
				{type: 'click', x: 10, y: 4},
				{type: 'wheel', x: 0, y: 0, by: -1},
				{type: 'mode', mode: 2026, state: 2},
			],
		});
	});

	test('with shift, alt or ctrl are the same, and other buttons and movements are none', () => {
		expect(filter([`${esc}[<16;2;3M${esc}[<69;2;3M`]).reports).toEqual([
			{type: 'click', x: 1, y: 2},
			{type: 'wheel', x: 1, y: 2, by: 1},
		]);
		expect(filter([`${esc}[<2;2;3M${esc}[<32;2;3M${esc}[<66;1;1M${esc}[?62;4c`])).toEqual({text: '', reports: []});
	});

	test('between keys leave all keys as they are', () => {
		expect(filter([`a${click}${esc}[A${answer}b${esc}OB`]).text).toBe(`a${esc}[Ab${esc}OB`);
	});

	const everything = `j${click}k${esc}[A${wheelUp}q${answer}${released}${esc}[200~pasted${esc}[201~${esc}x${click}`;
	const keys = `jk${esc}[Aq${esc}[200~pasted${esc}[201~${esc}x`;

	test('may be cut anywhere', () => {
		for (let at = 1; at < everything.length; at++) {
			const {text, reports} = filter([everything.slice(0, at), everything.slice(at)]);
			expect(text).toBe(keys);
			expect(reports).toHaveLength(4);
		}
		expect(filter(Array.from(everything)).text).toBe(keys);
	});

	test('that were cut and whose rest is late are no keys, except for the escape at a cut', () => {
		for (const report of [click, wheelUp, answer])
			for (let at = 1; at < report.length; at++) {
				const {text} = filter([report.slice(0, at), report.slice(at)], true);
				expect(['', esc, `${esc}[`]).toContain(text);
				if (at > 2) expect(text).toBe('');
			}
	});

	test('a lone escape is a key after all', () => {
		expect(filter([esc], true)).toEqual({text: esc, reports: []});
		expect(filter([esc, 'j'], true)).toEqual({text: `${esc}j`, reports: []});
		expect(filter([esc, '[', '<', '0'], true).text).toBe(`${esc}[<0`);
	});

	test('no chunks of keys and reports, however they are cut, lose a key or make one', () => {
		const piece = fc.constantFrom(
			'j',
			'é',
			'😀',
			' ',
			'\r',
			`${esc}[A`,
			`${esc}[5~`,
			`${esc}[1;5C`,
			click,
			wheelUp,
			answer,
		);
		const isReport = (text: string) => [click, wheelUp, answer].includes(text);
		fc.assert(
			fc.property(fc.array(piece), fc.array(fc.nat(200)), (pieces, places) => {
				const text = pieces.join('');
				const cuts = [...new Set([0, ...places.map(place => place % (text.length + 1)), text.length])].sort(
					(a, b) => a - b,
				);
				const chunks = cuts.slice(1).map((end, index) => text.slice(cuts[index], end));
				const result = filter(chunks);
				expect(result.text).toBe(pieces.filter(each => !isReport(each)).join(''));
				expect(result.reports).toHaveLength(pieces.filter(isReport).length);
			}),
		);
	});

	test('noise without an end is not kept forever', () => {
		const {text} = filter([`${esc}[<${'1'.repeat(200)}`, 'j']);
		expect(text.endsWith('j')).toBe(true);
	});
});
