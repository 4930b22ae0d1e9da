import {afterAll, beforeAll, expect, test} from 'vitest';
import type {ApplyEvent} from '../../source/apply/events.ts';
import {asciiGlyphs} from '../../source/output/glyphs.ts';
import type {DevEvent} from '../../source/ui/dev/events.ts';
import {DevScreen} from '../../source/ui/dev/screen.tsx';
import {createDevStore} from '../../source/ui/dev/store.ts';
import {colourInk} from '../../source/ui/parts/colour-ink.ts';
import {GlyphsContext} from '../../source/ui/parts/use-glyphs.ts';
import {begin, ended, type Happening, log, says, started} from './apply-events.ts';
import {expectFrame, type Size, sizes} from './golden.ts';
import {expectHarmless, expectWholeFrame, hostile, hostileText} from './hostile.ts';
import {createManualClock} from './manual-clock.ts';
import {planOf} from './plans.ts';
import {draw} from './screen.ts';

const start = new Date(2026, 10, 20, 9, 12, 0).getTime();
const link = {status: 'live', engine: 'Docker 20'} as const;
const urls = [{service: 'web', url: 'http://notes-development.localhost:9080', asksPassword: false}];

function open(size: {readonly columns?: number; readonly rows?: number} = {}, isAscii = false) {
	const clock = createManualClock(start);
	const calls: string[] = [];
	const call = (name: string) => () => void calls.push(name);
	const store = createDevStore({
		clock,
		environment: 'development',
		keys: {
			...{interrupt: call('interrupt'), leave: call('leave'), look: call('look'), again: call('again')},
			openUrl: url => calls.push(url) > 0,
		},
		effects: {copy: call('copy'), page: call('page'), save: async () => 'saved.log'},
	});
	const shown = <DevScreen store={store} project="notes" environment="development" clock={clock} isColoured />;
	const screen = draw(isAscii ? <GlyphsContext value={asciiGlyphs}>{shown}</GlyphsContext> : shown, size);
	const play = (...events: readonly DevEvent[]) => {
		for (const event of events) store.emit(event);
		clock.advance(0);
	};
	return {...screen, store, clock, calls, play};
}

const at = (seconds: number) => start + seconds * 1000;
const applies = (happening: Happening, seconds: number): DevEvent => ({
	type: 'apply',
	event: {...happening, at: at(seconds)} as ApplyEvent,
});
const line = (source: string, text: string): DevEvent => ({
	type: 'line',
	line: {source, stream: 'stdout', at: '2026-11-20T09:12:00.000Z', text},
});
const planned = (text: string, seconds: number): DevEvent => ({
	type: 'planned',
	at: at(seconds),
	line: text,
	plan: planOf([]),
});

const first: readonly DevEvent[] = [
	{type: 'engine', link},
	{type: 'planning', at: at(0)},
	{type: 'unchanged', at: at(0)},
	{type: 'watching', at: at(0), folders: 4, urls},
	line('web', 'listening on port 3000'),
	line('api', 'listening on port 3000'),
];
const good: readonly DevEvent[] = [
	{type: 'changed', at: at(10), files: ['src/a.ts', 'src/b.ts', 'src/c.ts']},
	{type: 'planning', at: at(10)},
	planned('+/- web  source changed (3 files: src/a.ts …)', 10.4),
	applies(started(), 10.5),
	applies(ended({outcome: 'done', done: 2}), 12.1),
	{type: 'ended', at: at(12.1), outcome: 'done'},
	{type: 'watching', at: at(12.1), folders: 4, urls},
	line('web', 'listening on port 3000'),
];
const building: readonly DevEvent[] = [
	{type: 'changed', at: at(20), files: ['src/a.ts']},
	{type: 'planning', at: at(20)},
	planned('+/- web  source changed (1 file: src/a.ts)', 20.4),
	applies(started(), 20.5),
	applies(begin('image.web'), 20.5),
	applies(says('image.web', '[3/4] RUN npm run build'), 20.8),
	applies(log('image.web', '[3/4] RUN npm run build\n> tsc --noEmit\n'), 20.9),
];
const broken: readonly DevEvent[] = [
	...building,
	{
		type: 'failed',
		at: at(24),
		cause: {
			message: 'image.web: the build failed at [3/4] RUN npm run build\nexit code: 2',
			lines: ['> tsc --noEmit', "src/a.ts(3,7): error TS1005: ';' expected."],
		},
	},
	{type: 'watching', at: at(24), folders: 4, urls},
];
const waiting: readonly DevEvent[] = [
	{type: 'changed', at: at(30), files: ['compartment.yml']},
	{type: 'planning', at: at(30)},
	planned('-/+ resource.db  image changed', 30.4),
	{type: 'waiting', at: at(30.4), addresses: ['resource.db']},
	{type: 'watching', at: at(30.4), folders: 4, urls},
];

beforeAll(() => colourInk(true));
afterAll(() => colourInk(false));

const golden = (name: string, {columns, rows}: Size) => `../../snapshots/ui/dev-${name}-${columns}x${rows}.txt`;

test.each(sizes)('the screen while it watches, at $columns by $rows', async size => {
	const screen = open(size);
	screen.play(...first, ...good);
	await expectFrame(screen, golden('watching', size));
});

test.each(sizes)('a build, with its output, at $columns by $rows', async size => {
	const screen = open(size);
	screen.play(...first, ...good, ...building);
	screen.clock.advance(23_000);
	await expectFrame(screen, golden('building', size));
});

test.each(sizes)('a failed build, at $columns by $rows', async size => {
	const screen = open(size);
	screen.play(...first, ...good, ...broken);
	await expectFrame(screen, golden('failed', size));
});

test.each(sizes)('a plan that waits, at $columns by $rows', async size => {
	const screen = open(size);
	screen.play(...first, ...good, ...waiting);
	await expectFrame(screen, golden('waiting', size));
});

test('the cause stays until the next plan, and a plan without changes ends it too', async () => {
	const screen = open();
	screen.play(...first, ...broken, line('web', 'GET /'));
	expect(await screen.text()).toContain('error TS1005');
	screen.play({type: 'changed', at: at(40), files: ['src/a.ts']}, {type: 'planning', at: at(40)});
	expect(await screen.text()).toContain('error TS1005');
	screen.play({type: 'unchanged', at: at(41)}, {type: 'watching', at: at(41), folders: 4, urls});
	expect(await screen.text()).not.toContain('error TS1005');
	expect(await screen.text()).toContain('watching');
});

test('what is saved during an apply is announced', async () => {
	const screen = open();
	screen.play(...first, ...building, {type: 'changed', at: at(21), files: ['src/a.ts', 'src/b.ts']});
	expect(await screen.text()).toContain('building web, then 2 changes');
});

test('the time of a run is that from the first save to the end, and without the question', async () => {
	const screen = open();
	screen.play(...first, ...good);
	expect(await screen.text()).toMatch(/done +09:12:10 .* 2\.1s/);
	screen.play(...waiting, planned('-/+ resource.db  image changed', 60), {type: 'approved', at: at(90)});
	screen.play(applies(started(), 90), {type: 'ended', at: at(91.5), outcome: 'done'});
	expect(await screen.text()).toMatch(/done +09:13:30 .* 1\.5s/);
	expect(screen.store.getSnapshot().runs.map(({outcome}) => outcome)).toEqual(['done', 'done']);
});

test('a plan that was declined waits on', async () => {
	const screen = open();
	screen.play(...first, ...waiting);
	await screen.press('a');
	expect(screen.calls).toEqual(['look']);
	screen.play({type: 'ended', at: at(40), outcome: 'declined'}, {type: 'watching', at: at(40), folders: 4, urls});
	expect(await screen.text()).toContain('look at the plan first: resource.db');
});

test('keys leave, cancel and look only where that means something', async () => {
	const screen = open();
	screen.play(...first, ...building);
	await screen.press('q');
	expect(await screen.text()).toContain('ctrl-c cancels what is being done');
	await screen.press('r');
	expect(await screen.text()).toContain('It is being done already');
	await screen.press('a');
	expect(await screen.text()).toContain('No plan waits');
	expect(screen.calls).toEqual([]);
	await screen.press('\u0003');
	expect(screen.calls).toEqual(['interrupt']);
	screen.play({type: 'ended', at: at(24), outcome: 'done'});
	await screen.press('orq');
	expect(screen.calls).toEqual(['interrupt', urls[0]!.url, 'again', 'leave']);
});

test('one log at a time can be chosen', async () => {
	const screen = open();
	screen.play(...first);
	await screen.press(']');
	expect(await screen.text()).toContain('Logs: web');
	await screen.press(']]');
	expect(await screen.text()).toContain('─ Logs ─');
	await screen.press('[');
	expect(await screen.text()).toContain('Logs: api');
});

test.each(sizes)('hostile text harms no frame, at $columns by $rows', async size => {
	const screen = open(size);
	screen.play(
		...first,
		{type: 'changed', at: at(10), files: [hostileText]},
		planned(hostileText, 10),
		line(hostileText, hostileText),
		{type: 'notice', at: at(10), message: hostileText},
		{type: 'failed', at: at(11), cause: {message: hostileText, lines: [...hostile], hint: hostileText}},
		{type: 'waiting', at: at(12), addresses: [hostileText]},
	);
	const text = await screen.text();
	expectHarmless(screen.written());
	expectWholeFrame(text, size.rows);
});

test('in ASCII every frame is ASCII', async () => {
	const screen = open({}, true);
	screen.play(...first, ...good, ...broken);
	expect(await screen.text()).toMatch(/^[\x00-\x7F]*$/);
});
