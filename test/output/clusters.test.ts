import fc from 'fast-check';
import {expect, it} from 'vitest';
import {createSegmenter} from '../../source/output/clusters.ts';

const intl = new Intl.Segmenter();
const segmenter = createSegmenter();

const texts = fc
	.array(
		fc.oneof(
			fc.constantFrom(...' aé│╭↔✓…\n', '\u001B[1m', '\r\n', '\u00AD', 'e\u0301', '漢', '👩‍🚀', '🇩🇪', '❤️', '↔️', '1️⃣'),
			fc.integer({min: 0, max: 0xffff}).map(unit => String.fromCharCode(unit)),
		),
		{maxLength: 20},
	)
	.map(parts => parts.join(''));

it('the segmenter splits every text as Intl.Segmenter does', () => {
	fc.assert(
		fc.property(texts, text => {
			const divided = segmenter.segment(text);
			const expected = intl.segment(text);
			expect([...divided].map(({segment, index}) => [segment, index])).toEqual(
				[...expected].map(({segment, index}) => [segment, index]),
			);
			for (const index of [-1, 0, 1, text.length - 1, text.length]) {
				const found = divided.containing(index);
				const {segment, index: start} = expected.containing(index) ?? {};
				expect([found?.segment, found?.index]).toEqual([segment, start]);
			}
		}),
	);
});
