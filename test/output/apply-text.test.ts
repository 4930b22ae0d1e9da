import {describe, expect, it} from 'vitest';
import type {ApplyEvent, ApplyResult} from '../../source/apply/events.ts';
import {createPaint, plainPaint} from '../../source/output/colour.ts';
import {eventLine, planLine} from '../../source/output/events/events-json.ts';
import {createEventPrinter} from '../../source/output/events/events-text.ts';
import {progressOf} from '../../source/output/events/progress.ts';
import {renderResult} from '../../source/output/events/result-text.ts';
import {renderTranscript} from '../../source/output/events/transcript.ts';
import {asciiGlyphs, type Glyphs, unicodeGlyphs} from '../../source/output/glyphs.ts';
import {displayWidth} from '../../source/output/width.ts';
import {failingApply, workingApply} from './events.ts';
import {firstDeploy} from './plans.ts';

const print = (events: readonly ApplyEvent[], glyphs: Glyphs = unicodeGlyphs, paint = plainPaint): string => {
	let text = '';
	const printEvent = createEventPrinter({
		write: chunk => {
			text += chunk;
		},
		paint,
		glyphs,
	});
	for (const event of events) printEvent(event);
	return text;
};

const snapshot = (name: string) => `../../snapshots/output/${name}.txt`;

describe('events as text', () => {
	it('look as recorded', async () => {
		await expect(print(failingApply)).toMatchFileSnapshot(snapshot('apply-failing'));
		await expect(print(workingApply)).toMatchFileSnapshot(snapshot('apply-working'));
		await expect(print(failingApply, asciiGlyphs)).toMatchFileSnapshot(snapshot('apply-failing-ascii'));
	});

	it('have the hint of a failure in lines, the transcript and JSON', () => {
		const failed: ApplyEvent = {
			type: 'step-failed',
			at: 0,
			address: 'service.web',
			durationMs: 10,
			message: 'the image is gone',
			hint: 'compartment apply --rebuild\nor \x1b[31mwait',
		};
		const hint = /: the image is gone\n {2}compartment apply --rebuild\n {2}or wait(?:\n|$)/;
		expect(print([failed])).toMatch(hint);
		const options = {paint: plainPaint, glyphs: unicodeGlyphs, columns: 80};
		expect(renderTranscript(progressOf([failed]), options)).toMatch(hint);
		expect(JSON.parse(eventLine(failed))).toMatchObject({hint: failed.hint});
	});

	it('are pure ASCII with ASCII glyphs', () => {
		expect(print(failingApply, asciiGlyphs)).toMatch(/^[\x20-\x7e\n]*$/);
	});

	it('contain no control of untrusted text', () => {
		const coloured = createPaint({stream: {}, env: {}, flag: true});
		expect(print(failingApply)).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
		expect(print(failingApply, unicodeGlyphs, coloured).replaceAll(/\x1b\[[0-9;]+m/g, '')).not.toContain('\x1b');
	});

	it('show the progress of a step every two seconds, and at once when the work changes', () => {
		const progress = (at: number, message: string, address = 'service.web') =>
			({type: 'step-progress', at, address, message}) as const;
		const lines = print([
			progress(0, 'GET / → 503, try 1'),
			progress(1999, 'GET / → 503, try 2'),
			progress(2000, 'GET / → 503, try 3'),
			progress(2100, 'draining'),
			progress(2200, 'GET / → 503, try 1', 'service.api'),
			progress(9000, 'draining'),
		]);
		expect(lines.match(/(?<= {2}).*/g)).toEqual([
			'GET / → 503, try 1',
			'GET / → 503, try 3',
			'draining',
			'GET / → 503, try 1',
		]);
	});
	it('mark lines of stderr, and omit Dockerfile steps, which are in the build log', () => {
		const log = (stream: 'stdout' | 'stderr' | 'build', text: string) =>
			({type: 'log', at: 0, address: 'image.web', stream, text}) as const;
		const progress = (message: string) => ({type: 'step-progress', at: 0, address: 'image.web', message}) as const;
		const build = '[build 2/3] RUN npm ci';
		expect(print([progress(build), log('build', build), log('stderr', 'deprecated'), progress('exporting')])).toBe(
			['web │ [build 2/3] RUN npm ci', 'web ! deprecated', 'image.web  exporting', ''].join('\n'),
		);
	});
});

describe('the result of an apply', () => {
	const result: ApplyResult = {
		mode: 'apply',
		environment: 'production',
		outcome: 'done',
		durationMs: 1000,
		done: 2,
		failed: 0,
		heldBack: 0,
		skipped: 0,
		urls: [{service: 'web', url: 'http://notes.localhost:9080', accessMode: 'authenticated'}],
		resources: [],
		keptVolumes: [],
	};
	const lines = (part: Partial<ApplyResult>) => renderResult({...result, ...part}, plainPaint);

	it('names the addresses, and how to sign in', () => {
		expect(lines({})).toEqual([
			'Apply done in 1s: 2 done.',
			'web active at http://notes.localhost:9080 (password required)',
			'Password and sign-in links: compartment access show',
		]);
	});

	it('shows sign-in links on a terminal', () => {
		const signIn = (url: string) => `${url}/secret`;
		const urls = [...result.urls, {service: 'shop', url: 'http://shop.localhost', accessMode: 'public' as const}];
		expect(renderResult({...result, urls}, plainPaint, signIn)).toEqual([
			'Apply done in 1s: 2 done.',
			'web active at http://notes.localhost:9080/secret (sign-in link)',
			'shop active at http://shop.localhost',
		]);
	});

	it('says after a failure that the previous deployments are still active', () => {
		expect(lines({outcome: 'failed', failed: 1})).toContain(
			'web still active at http://notes.localhost:9080 (password required)',
		);
	});

	it('names the volumes that a destroy kept, and the command that deletes them', () => {
		const ended = {mode: 'destroy', environment: "qa's", urls: []} as const;
		expect(lines({...ended, keptVolumes: ['volume.db.data', 'volume.db.log']})).toEqual([
			'Destroyed in 1s: 2 done.',
			'Kept volumes db.data, db.log: the next apply reuses them.',
			"Delete them: compartment destroy --delete-data --env 'qa'\\''s'",
		]);
	});

	it('is done when a cancel came too late to leave work undone', () => {
		expect(lines({outcome: 'cancelled'}).slice(0, 2)).toEqual([
			'Apply done in 1s, before it could be cancelled: 2 done.',
			'web active at http://notes.localhost:9080 (password required)',
		]);
	});

	it('says after a cancel that the next apply continues', () => {
		expect(lines({mode: 'destroy', outcome: 'cancelled', skipped: 1, urls: []})).toEqual([
			'Destroy cancelled after 1s: 2 done, 1 skipped.',
			'The next destroy continues from here.',
		]);
	});
});

describe('events as JSON lines', () => {
	it('look as recorded', async () => {
		const lines = failingApply.map(eventLine).join('');
		await expect(lines).toMatchFileSnapshot('../../snapshots/output/apply-failing.jsonl');
	});

	it('are one object per line, without raw controls and with all text', () => {
		const lines = [planLine(firstDeploy), ...failingApply.map(eventLine)];
		for (const line of lines) expect(line).toMatch(/^[^\x00-\x1f\x7f-\x9f]*\n$/);
		const parsed = lines.map(line => JSON.parse(line));
		expect(parsed.map(({type}) => type)).toEqual([
			'plan',
			...failingApply.map(({type}) => (type === 'apply-finished' ? 'summary' : type)),
		]);
		expect(parsed.find(({stream}) => stream === 'stderr').text).toBe('connecting to \x1b]0;x\x07db\x1b[2J');
	});
});

describe('a transcript', () => {
	const options = {paint: plainPaint, glyphs: unicodeGlyphs, columns: 80};

	it('looks as recorded', async () => {
		const failing = renderTranscript(progressOf(failingApply), options);
		await expect(`${failing}\n`).toMatchFileSnapshot(snapshot('transcript-failing'));
		const working = renderTranscript(progressOf(workingApply), options);
		await expect(`${working}\n`).toMatchFileSnapshot(snapshot('transcript-working'));
		const cancelled = renderTranscript(progressOf(failingApply.slice(0, 14)), {...options, glyphs: asciiGlyphs});
		await expect(`${cancelled}\n`).toMatchFileSnapshot(snapshot('transcript-cancelled-ascii'));
	});

	it('keeps the list of steps within its columns', () => {
		const list = renderTranscript(progressOf(failingApply), {...options, columns: 60}).split('\n\n')[0]!;
		expect(list.split('\n')).toHaveLength(6);
		expect(Math.max(...list.split('\n').map(displayWidth))).toBeLessThanOrEqual(60);
	});

	it('is empty for no events', () => {
		expect(renderTranscript(progressOf([]), options)).toBe('');
	});
});
