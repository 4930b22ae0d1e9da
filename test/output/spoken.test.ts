import {expect, test} from 'vitest';
import {plainPaint} from '../../source/output/colour.ts';
import {spokenGlyphs} from '../../source/output/glyphs.ts';
import {renderPlan} from '../../source/output/plan-text.ts';
import {progressOf} from '../../source/output/progress.ts';
import {renderTranscript} from '../../source/output/transcript.ts';
import {failingApply} from './events.ts';
import * as plans from './plans.ts';

const options = {paint: plainPaint, glyphs: spokenGlyphs, columns: 100, isFull: false};

test('for a screen reader every sign of a plan is a word', () => {
	for (const make of Object.values(plans)) {
		if (typeof make !== 'function') continue;
		const text = renderPlan(make(), options);
		expect(text).not.toMatch(/^ *(?:[-+~>!*=]|\+\/-|-\/\+) /m);
		expect(text).not.toMatch(/[^\x00-\x7f]/);
	}
});

test('and every mark of a transcript', () => {
	const text = renderTranscript(progressOf(failingApply), options);
	expect(text).toMatch(/^ {2}done +create +network/m);
	expect(text).not.toMatch(/[✓✗+~│·›]/);
});
