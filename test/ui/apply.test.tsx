import {afterAll, beforeAll, expect, test} from 'vitest';
import type {ApplyEvent} from '../../source/apply/events.ts';
import {asciiGlyphs} from '../../source/output/glyphs.ts';
import {ApplyScreen} from '../../source/ui/apply/screen.tsx';
import {type Cancel, createApplyStore, type End} from '../../source/ui/apply/store.ts';
import {colourInk} from '../../source/ui/parts/colour-ink.ts';
import {GlyphsContext} from '../../source/ui/parts/use-glyphs.ts';
import {
	begin,
	done,
	ended,
	failure,
	type Happening,
	log,
	outlineOf,
	says,
	started,
	twoCauses,
	untilServices,
} from './apply-events.ts';
import {expectFrame, type Size, sizes} from './golden.ts';
import {endlessLine, expectHarmless, expectWholeFrame, hostile, hostileText} from './hostile.ts';
import {createManualClock} from './manual-clock.ts';
import {planOf} from './plans.ts';
import {draw} from './screen.ts';

const ctrlC = '\u0003';
const target = {project: 'notes', environment: 'production', engine: 'docker 20.10.24'};

function watch(happenings: readonly Happening[] = [], size: {readonly columns?: number; readonly rows?: number} = {}) {
	const clock = createManualClock();
	const cancels: Cancel[] = [];
	const ends: End[] = [];
	const store = createApplyStore({clock, onCancel: cancel => cancels.push(cancel), onEnd: end => ends.push(end)});
	const screen = draw(<ApplyScreen store={store} target={target} clock={clock} isColoured />, size);
	const play = (...events: readonly Happening[]) => {
		for (const event of events) store.emit({...event, at: clock.now()} as ApplyEvent);
		clock.advance(0);
	};
	play(...happenings);
	return {...screen, store, clock, cancels, ends, play};
}

beforeAll(() => colourInk(true));
afterAll(() => colourInk(false));

const golden = (name: string) => `../../snapshots/ui/apply-${name}.txt`;

const sized = (name: string, {columns, rows}: Size) => golden(`${name}-${columns}x${rows}`);

test('the first steps look as recorded', async () => {
	await expectFrame(watch([started(), begin('network')]), golden('start-80x24'));
});

test('the screen says that nothing has started', async () => {
	expect(await watch().text()).toContain('Nothing has started yet.');
});

test.each(sizes)('readiness attempts are shown with the log, and time advances, at $columns by $rows', async size => {
	const screen = watch(untilServices(), size);
	screen.clock.advance(12_400);
	await expectFrame(screen, sized('readiness', size));
});

test.each(sizes)(
	'the step that fails is selected by itself and shows its last lines, at $columns by $rows',
	async size => {
		const screen = watch([...untilServices().slice(0, -2), failure], size);
		await expectFrame(screen, sized('failed', size));
		screen.play(done('service.web'));
		expect(screen.store.getSnapshot().selected).toBe('service.api');
	},
);

test.each(sizes)('causes come first, and what they hold back is one line, at $columns by $rows', async size => {
	const screen = watch(twoCauses(), size);
	await expectFrame(screen, sized('causes', size));
	screen.play(done('service.a-customer-portal-with-a-very-long-name'), ended({failed: 2, heldBack: 12, skipped: 1}));
	await expectFrame(screen, sized('causes-ended', size));
});

test.each(sizes)('causes look as recorded in ASCII at $columns by $rows', async size => {
	const {store, clock} = watch(twoCauses());
	const screen = draw(
		<GlyphsContext value={asciiGlyphs}>
			<ApplyScreen store={store} target={target} clock={clock} isColoured />
		</GlyphsContext>,
		size,
	);
	const text = await screen.text();
	expect(text).toMatch(/^[\x20-\x7e\n]*$/);
	await expect(text).toMatchFileSnapshot(sized('causes-ascii', size));
});

test('n and N go from cause to cause, each with its own log, and never to what is held back', async () => {
	const screen = watch(twoCauses());
	expect(screen.store.getSnapshot().selected).toBe('image.broken');
	expect(await screen.text()).toContain('npm error ERESOLVE could not resolve');
	const next = await screen.press('n');
	expect(screen.store.getSnapshot().selected).toBe('service.unready');
	expect(next).toMatch(/last probe: GET \/ → 503.*waiting for the queue/s);
	expect(next).not.toContain('ERESOLVE');
	await screen.press('n');
	expect(screen.store.getSnapshot().selected).toBe('image.broken');
	await screen.press('N');
	expect(screen.store.getSnapshot().selected).toBe('service.unready');
	expect(await watch([started()]).press('n')).toContain('Nothing has failed');
});

test('space shows and folds what is over', async () => {
	const screen = watch(twoCauses(), {columns: 80, rows: 60});
	expect(await screen.text()).not.toMatch(/held back +service\.web/);
	const unfolded = await screen.press(' ');
	expect(unfolded).toMatch(/held back +service\.web/);
	expect(unfolded).toMatch(/done +image\.web/);
	expect(await screen.press(' ')).not.toMatch(/held back +service\.web/);
});

test('a failed apply stays until the user leaves or retries, and offers neither before', async () => {
	const screen = watch(twoCauses());
	expect(await screen.text()).not.toContain('retry');
	expect(await screen.press('r')).toContain('Retry once it has ended');
	screen.play(ended({failed: 2}));
	expect(await screen.text()).toMatch(/r retry.*q leave/);
	await screen.press('r');
	await screen.press('q');
	await screen.press(ctrlC);
	expect(screen.ends).toEqual(['retry', 'leave', 'leave']);
	expect(screen.cancels).toEqual([]);
});

test('the selection follows running steps until the user moves it', async () => {
	const screen = watch([started(), begin('network')]);
	screen.play(done('network'), begin('image.web'));
	expect(screen.store.getSnapshot().selected).toBe('image.web');
	await screen.press('kk');
	expect(screen.store.getSnapshot().selected).toBe('resource.db');
	screen.play(done('image.web'), begin('service.web'));
	expect(screen.store.getSnapshot().selected).toBe('resource.db');
});

test('the running ones of sixty steps stay visible', async () => {
	const plan = planOf(
		Array.from({length: 60}, (_, index) => ({
			address: `service.s${String(index + 1).padStart(2, '0')}`,
			object: 'service' as const,
			kind: index % 3 === 0 ? ('create' as const) : ('update' as const),
			reasons: ['image changed'],
			changes: [],
			unchanged: 0,
			dependsOn: [],
		})),
	);
	const addresses = outlineOf(plan).map(step => step.address);
	const screen = watch([started(plan), ...addresses.slice(0, 45).map(begin)]);
	screen.play(
		...addresses
			.slice(0, 45)
			.filter(address => !/s(04|31|45)$/.test(address))
			.map(address => done(address)),
	);
	await expectFrame(screen, golden('sixty-80x24'));
	expect(await screen.press('G')).toMatch(/s04.*s31.*s45.*s60/s);
	expect(await screen.press('g')).toMatch(/s01.*s04.*s31.*s45/s);
});

test('ctrl-c finishes running steps, and a second one stops now', async () => {
	const screen = watch(untilServices());
	await screen.press(ctrlC);
	await expectFrame(screen, golden('cancel-80x24'));
	expect(screen.cancels).toEqual(['graceful']);
	expect(await screen.press(`${ctrlC}${ctrlC}`)).toContain('stopping now');
	expect(screen.cancels).toEqual(['graceful', 'now']);
});

test('q does not cancel and says what does', async () => {
	const screen = watch(untilServices());
	expect(await screen.press('q')).toContain('ctrl-c cancels the apply');
	expect(screen.cancels).toEqual([]);
	expect(await screen.press('w')).not.toContain('ctrl-c cancels the apply');
});

test('a window that is too small says so, and recovers', async () => {
	const screen = watch(untilServices(), {columns: 36, rows: 8});
	await expectFrame(screen, golden('too-small-36x8'));
	expect(await screen.resize(80, 24)).toContain('service.api');
});

test.each([
	[40, 10],
	[60, 13],
	[109, 14],
	[110, 10],
	[200, 60],
])('every row of the frame is whole at %i by %i', async (columns, rows) => {
	const screen = watch([...untilServices(), failure], {columns, rows});
	for (const keys of ['', '\t']) {
		const lines = (await screen.press(keys)).split('\n');
		expect(lines[0]).toContain('notes › production');
		for (const line of lines.slice(3, -1)) expect(line).toMatch(/^[╭│╰].*[╮│╯]$/);
		expect(lines.slice(3, -1).every(line => line.length === columns)).toBe(true);
		expect(lines.at(-1)).toContain('ctrl-c cancel');
		expect(lines.join()).toContain('service.api');
	}
});

test('a resize changes the layout', async () => {
	const screen = watch(untilServices());
	const before = await screen.text();
	await screen.resize(120, 20);
	await expectFrame(screen, golden('resized-120x20'));
	expect(await screen.resize(80, 24)).toBe(before);
});

test('keys that arrive in one chunk are handled one by one', async () => {
	const screen = watch(untilServices());
	await screen.press('gjjj');
	expect(screen.store.getSnapshot()).toMatchObject({selected: 'resource.db', focus: 'steps'});
	await screen.press('\tw\u001B[A');
	expect(screen.store.getSnapshot()).toMatchObject({focus: 'logs', view: {isWrapped: true}});
});

test('a paused log counts new lines, and follows again at its end', async () => {
	const screen = watch(untilServices());
	const lines = (count: number) => Array.from({length: count}, (_, line) => log('service.api', `line ${line + 1}`));
	screen.play(...lines(100));
	expect(await screen.text()).toContain('line 100');
	await screen.press('f');
	screen.play(...lines(1234));
	await expectFrame(screen, golden('paused-80x24'));
	expect(await screen.press('\tg')).toContain('listening on port 3000');
	expect(await screen.press('G')).toContain('line 1234');
	expect(await screen.press('kk')).toMatch(/paused · 1,335 lines, .* kept/);
	expect(await screen.press('jj')).toContain('following');
});

test('a paused log keeps what is read, however many lines arrive', async () => {
	const screen = watch(untilServices());
	const lines = (text: string, count: number) =>
		Array.from({length: count}, (_, line) => log('service.api', `${text} ${line + 1}`));
	screen.play(...lines('line', 50));
	const before = await screen.press('f');
	screen.play(...lines('flood', 20_000));
	const inside = (text: string) => text.split('\n').filter(row => /│ line \d+/.test(row));
	expect(inside(before).length).toBeGreaterThan(3);
	expect(inside(await screen.text())).toEqual(inside(before));
	expect(await screen.press('\tg')).toContain('listening on port 3000');
	expect(await screen.press('f')).toContain('flood 20000');
});

test.each(sizes)('the help lists the keys of the screen at $columns by $rows', async size => {
	const screen = watch(untilServices(), size);
	await screen.press('?');
	await expectFrame(screen, sized('help', size));
	expect(await screen.press('\u001B?\r')).toContain('GET /healthz');
});

test('a help that is taller than the window scrolls to its last key', async () => {
	const screen = watch(untilServices(), {rows: 12});
	expect(await screen.press('?')).toContain('1 to 6 of');
	expect(await screen.press('j'.repeat(40))).toContain('ctrl-z');
	expect(await screen.press('kk')).not.toContain('ctrl-z');
	expect(await screen.press('q')).toContain('service.api');
});

test('a warning is shown in the header', async () => {
	const screen = watch(untilServices());
	screen.play({type: 'notice', level: 'warning', message: 'image web is 1.9 GB'});
	expect(await screen.text()).toContain('image web is 1.9 GB');
});

test('hostile text in a log, a message, a warning and a failure leaves the frame intact', async () => {
	const screen = watch(untilServices());
	screen.play(
		says('service.web', 'GET / → \u001B[2J\u001B]0;title\u0007 500\nmore'),
		...hostile.map(text => log('service.api', text)),
		log('service.api', endlessLine),
	);
	await expectFrame(screen, golden('hostile-80x24'));
	expectWholeFrame(await screen.press('w'), 24);
	screen.play(
		{type: 'notice', level: 'warning', message: hostileText},
		{
			type: 'step-failed',
			address: 'service.web',
			durationMs: 1,
			message: hostileText,
			failure: {message: endlessLine, lastProbe: hostileText, lastLines: [...hostile, endlessLine]},
		},
	);
	expectWholeFrame(await screen.text(), 24);
	expectWholeFrame(await screen.resize(160, 40), 40);
	expectHarmless(screen.written());
});

test('hostile names leave the frame intact', async () => {
	const names = [...hostile, hostileText].map(text => `service.${text}`);
	const plan = planOf(
		names.map(address => ({
			address,
			object: 'service' as const,
			kind: 'create' as const,
			reasons: [address],
			changes: [],
			unchanged: 0,
			dependsOn: [],
		})),
	);
	const screen = watch([started(plan), ...names.map(begin), ...names.map(name => says(name, name))]);
	for (const keys of ['', 'g', ...names.map(() => 'j'), '\t']) expectWholeFrame(await screen.press(keys), 24);
	expectHarmless(screen.written());
});

test('a terminal without Unicode gets ASCII only', async () => {
	const clock = createManualClock();
	const store = createApplyStore({clock, onCancel: () => {}});
	const screen = draw(
		<GlyphsContext value={asciiGlyphs}>
			<ApplyScreen store={store} target={target} clock={clock} isColoured />
		</GlyphsContext>,
	);
	for (const event of [...untilServices(), failure]) store.emit({...event, at: 0} as ApplyEvent);
	clock.advance(0);
	const text = await screen.text();
	expect(text).toMatch(/^[\x20-\x7e\n]*$/);
	await expect(text).toMatchFileSnapshot(golden('ascii-80x24'));
	expect(await screen.press('?')).toMatch(/^[\x20-\x7e\n]*$/);
});

test('no escape sets a colour when colour is off', async () => {
	const clock = createManualClock();
	const store = createApplyStore({clock, onCancel: () => {}});
	const screen = draw(<ApplyScreen store={store} target={target} clock={clock} isColoured={false} />);
	store.emit({...started(), at: 0} as ApplyEvent);
	store.emit({...begin('network'), at: 0} as ApplyEvent);
	store.emit({...log('network', '\u001B[35mviolet'), at: 0} as ApplyEvent);
	clock.advance(0);
	expect(await screen.text()).toContain('violet');
	expect(screen.written()).not.toContain('\u001B[35m');
});
