import {expect, test} from 'vitest';
import {plainPaint} from '../../source/output/colour.ts';
import {createEventPrinter} from '../../source/output/events/events-text.ts';
import {progressOf} from '../../source/output/events/progress.ts';
import {renderTranscript} from '../../source/output/events/transcript.ts';
import {spokenGlyphs} from '../../source/output/glyphs.ts';
import {renderPlan} from '../../source/output/plan/plan-text.ts';
import {failingApply} from './events.ts';
import {blockedPlan, destroyWithData, driftRepair, envChange, firstDeploy, sourceChange} from './plans.ts';

const options = {paint: plainPaint, glyphs: spokenGlyphs, columns: 100, isFull: false};

test.each([
	['a first deploy', firstDeploy],
	['a source change', sourceChange],
	['an env change', envChange],
	['a repair of drift', driftRepair],
	['a blocked plan', blockedPlan],
	['a destroy', destroyWithData],
])('for a screen reader, every sign of %s is a word', (_, plan) => {
	const text = renderPlan(plan, options);
	expect(text).not.toMatch(/^ *(?:[-+~>!*=]|\+\/-|-\/\+) /m);
	expect(text).not.toMatch(/[^\x00-\x7f]/);
});

test('for a screen reader, every symbol of a transcript is a word', () => {
	const text = renderTranscript(progressOf(failingApply), options);
	expect(text).toMatch(/^ {2}done +create +network/m);
	expect(text).not.toMatch(/[✓✗+~│·›]/);
});

test('for a screen reader, every symbol of an apply in lines is a word', () => {
	let text = '';
	const print = createEventPrinter({...options, write: line => (text += line)});
	for (const event of failingApply) print(event);
	print({type: 'log', at: 0, address: 'service.web', stream: 'stderr', text: 'deprecated'});
	expect(text).toMatch(/^web +says as an error deprecated$/m);
	expect(text).not.toMatch(/[✓✗│·›→…]|^\S+ +! /m);
});
