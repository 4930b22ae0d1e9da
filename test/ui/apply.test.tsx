import {expect, test} from 'vitest';
import type {ApplyEvent} from '../../source/apply/events.ts';
import {asciiGlyphs} from '../../source/output/glyphs.ts';
import {GlyphsContext} from '../../source/ui/hooks/use-glyphs.ts';
import {ApplyScreen} from '../../source/ui/screens/apply.tsx';
import {type Cancel, createApplyStore} from '../../source/ui/stores/apply-store.ts';
import {begin, done, failure, type Happening, log, outlineOf, says, started, untilServices} from './apply-events.ts';
import {createManualClock} from './manual-clock.ts';
import {planOf} from './plans.ts';
import {draw} from './screen.ts';

const ctrlC = '\u0003';
const place = {project: 'notes', environment: 'production', engine: 'docker 20.10.24'};

function watch(happenings: readonly Happening[] = [], size: {readonly columns?: number; readonly rows?: number} = {}) {
	const clock = createManualClock();
	const cancels: Cancel[] = [];
	const store = createApplyStore({clock, onCancel: cancel => cancels.push(cancel)});
	const screen = draw(<ApplyScreen store={store} place={place} clock={clock} isColoured />, size);
	const play = (...events: readonly Happening[]) => {
		for (const event of events) store.emit({...event, at: clock.now()} as ApplyEvent);
		clock.advance(0);
	};
	play(...happenings);
	return {...screen, store, clock, cancels, play};
}

const golden = (name: string) => `../../snapshots/ui/apply-${name}.txt`;

test('the start', async () => {
	await expect(await watch([started(), begin('network')]).text()).toMatchFileSnapshot(golden('start-80x24'));
});

test('before anything has started', async () => {
	expect(await watch().text()).toContain('Nothing has started yet.');
});

test('readiness tries beside the log, in both sizes, and time goes on', async () => {
	const small = watch(untilServices());
	small.clock.advance(12_400);
	await expect(await small.text()).toMatchFileSnapshot(golden('readiness-80x24'));
	const large = watch(untilServices(), {columns: 120, rows: 40});
	large.clock.advance(72_000);
	await expect(await large.text()).toMatchFileSnapshot(golden('readiness-120x40'));
});

test('the step that fails is selected by itself and shows its last lines', async () => {
	const screen = watch([...untilServices().slice(0, -2), failure]);
	await expect(await screen.text()).toMatchFileSnapshot(golden('failed-80x24'));
	screen.play(done('service.web'));
	expect(screen.store.getSnapshot().selected).toBe('service.api');
});

test('the selection follows what runs until a person moves it', async () => {
	const screen = watch([started(), begin('network')]);
	screen.play(done('network'), begin('image.web'));
	expect(screen.store.getSnapshot().selected).toBe('image.web');
	await screen.press('kk');
	expect(screen.store.getSnapshot().selected).toBe('resource.db');
	screen.play(done('image.web'), begin('service.web'));
	expect(screen.store.getSnapshot().selected).toBe('resource.db');
});

test('of sixty steps the working ones stay in sight', async () => {
	const plan = planOf(
		Array.from({length: 60}, (_, index) => ({
			...planOf([]).actions[0],
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
	await expect(await screen.text()).toMatchFileSnapshot(golden('sixty-80x24'));
	expect(await screen.press('G')).toMatch(/s04.*s31.*s45.*s60/s);
	expect(await screen.press('g')).toMatch(/s01.*s04.*s31.*s45/s);
});

test('ctrl-c asks to finish what runs, twice to stop now', async () => {
	const screen = watch(untilServices());
	await expect(await screen.press(ctrlC)).toMatchFileSnapshot(golden('cancel-80x24'));
	expect(screen.cancels).toEqual(['graceful']);
	expect(await screen.press(`${ctrlC}${ctrlC}`)).toContain('stopping now');
	expect(screen.cancels).toEqual(['graceful', 'now']);
});

test('q cancels nothing and says what does', async () => {
	const screen = watch(untilServices());
	expect(await screen.press('q')).toContain('ctrl-c cancels the apply');
	expect(screen.cancels).toEqual([]);
	expect(await screen.press('w')).not.toContain('ctrl-c cancels the apply');
});

test('too small says so, and recovers', async () => {
	const screen = watch(untilServices(), {columns: 36, rows: 8});
	await expect(await screen.text()).toMatchFileSnapshot(golden('too-small-36x8'));
	expect(await screen.resize(80, 24)).toContain('service.api');
});

test.each([
	[40, 10],
	[60, 13],
	[109, 14],
	[110, 10],
	[200, 60],
])('at %i by %i every row of the frame is whole', async (columns, rows) => {
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

test('a resize lays out again', async () => {
	const screen = watch(untilServices());
	const before = await screen.text();
	await expect(await screen.resize(120, 20)).toMatchFileSnapshot(golden('resized-120x20'));
	expect(await screen.resize(80, 24)).toBe(before);
});

test('keys that arrive in one chunk are handled one by one', async () => {
	const screen = watch(untilServices());
	await screen.press('gjjj');
	expect(screen.store.getSnapshot()).toMatchObject({selected: 'resource.db', focus: 'steps'});
	await screen.press('\tw\u001B[A');
	expect(screen.store.getSnapshot()).toMatchObject({focus: 'logs', view: {isWrapped: true}});
});

test('a paused log counts what is new, and follows again at its end', async () => {
	const screen = watch(untilServices());
	const lines = (count: number) => Array.from({length: count}, (_, line) => log('service.api', `line ${line + 1}`));
	screen.play(...lines(100));
	expect(await screen.text()).toContain('line 100');
	await screen.press('f');
	screen.play(...lines(1234));
	await expect(await screen.text()).toMatchFileSnapshot(golden('paused-80x24'));
	expect(await screen.press('\tg')).toContain('listening on port 3000');
	expect(await screen.press('G')).toContain('line 1234');
	expect(await screen.press('kk')).toContain('paused, +2 new');
	expect(await screen.press('jj')).toContain('following');
});

test('help lists the keys of the screen', async () => {
	const screen = watch(untilServices());
	await expect(await screen.press('?')).toMatchFileSnapshot(golden('help-80x24'));
	expect(await screen.press('\u001B?\r')).toContain('GET /healthz');
});

test('a warning is said in the header', async () => {
	const screen = watch(untilServices());
	screen.play({type: 'notice', level: 'warning', message: 'image web is 1.9 GB'});
	expect(await screen.text()).toContain('image web is 1.9 GB');
});

test('hostile text leaves the frame intact', async () => {
	const screen = watch(untilServices());
	screen.play(
		says('service.web', 'GET / → \u001B[2J\u001B]0;title\u0007 500\nmore'),
		log('service.api', '\u001B[31mred without an end'),
		log('service.api', '\u001B[2J\u001B[H\u001B[?1049lcleared'),
		log('service.api', '\u001B]52;c;c3RvbGVu\u0007clipboard\u001B]8;;https://evil.example\u001B\\link'),
		log('service.api', 'bidi \u202Egnp.exe\u202C \u2066isolated\u2069 zero\u200Bwidth'),
		log('service.api', '漢字の行は二倍の幅、絵文字 👩‍👩‍👧‍👦 🇨🇭 ❤️ と結合文字 é'),
		log('service.api', '漢'.repeat(200)),
		log('service.api', 'progress 10 %\rprogress 55 %\rprogress 100 %'),
		log('service.api', `start${'x'.repeat(10_000_000)}`),
		log('service.api', '\u0000\u0007\u0008\u009B31m\uD800 lone'),
		log('service.api', 'tab\tstop'),
	);
	await expect(await screen.text()).toMatchFileSnapshot(golden('hostile-80x24'));
	const written = screen.written();
	expect(written).not.toContain(']52;');
	expect(written).not.toContain('evil.example');
	expect(written).not.toContain(']0;');
	for (const line of (await screen.press('w')).split('\n').slice(3, -1)) expect(line).toMatch(/^[╭│╰].*[╮│╯]$/u);
});

test('a terminal without Unicode gets ASCII only', async () => {
	const clock = createManualClock();
	const store = createApplyStore({clock, onCancel: () => {}});
	const screen = draw(
		<GlyphsContext value={asciiGlyphs}>
			<ApplyScreen store={store} place={place} clock={clock} isColoured />
		</GlyphsContext>,
	);
	for (const event of [...untilServices(), failure]) store.emit({...event, at: 0} as ApplyEvent);
	clock.advance(0);
	const text = await screen.text();
	expect(text).toMatch(/^[\x20-\x7e\n]*$/);
	await expect(text).toMatchFileSnapshot(golden('ascii-80x24'));
	expect(await screen.press('?')).toMatch(/^[\x20-\x7e\n]*$/);
});

test('without colour no escape sets one', async () => {
	const clock = createManualClock();
	const store = createApplyStore({clock, onCancel: () => {}});
	const screen = draw(<ApplyScreen store={store} place={place} clock={clock} isColoured={false} />);
	store.emit({...started(), at: 0} as ApplyEvent);
	store.emit({...begin('network'), at: 0} as ApplyEvent);
	store.emit({...log('network', '\u001B[35mviolet'), at: 0} as ApplyEvent);
	clock.advance(0);
	expect(await screen.text()).toContain('violet');
	expect(screen.written()).not.toContain('\u001B[35m');
});
