import {describe, expect, onTestFinished, test} from 'vitest';
import {asciiGlyphs} from '../../source/output/glyphs.ts';
import type {TabName} from '../../source/ui/dashboard/data.ts';
import {logSubjectOf} from '../../source/ui/dashboard/lookups.ts';
import {DashboardScreen} from '../../source/ui/dashboard/screen.tsx';
import type {DashboardState} from '../../source/ui/dashboard/state.ts';
import {createLogPool} from '../../source/ui/logs/log-pool.ts';
import {colourInk} from '../../source/ui/parts/colour-ink.ts';
import {GlyphsContext} from '../../source/ui/parts/use-glyphs.ts';
import {
	backups,
	comparison,
	createDashboard,
	empty,
	events,
	figures,
	hostileEnvironment,
	load,
	looping,
	mixedLines,
	now,
	page,
	poolOf,
	production,
	staging,
	table,
	variables,
	wide,
} from './browse-data.ts';
import {expectFrame, type Size, sizes} from './golden.ts';
import {endlessLine, expectHarmless, expectWholeFrame, hostile, hostileText} from './hostile.ts';
import {createManualClock} from './manual-clock.ts';
import {draw} from './screen.ts';

const golden = (name: string, {columns, rows}: Size) =>
	`../../snapshots/ui/browse-${name.replaceAll(/,? /g, '-')}-${columns}x${rows}.txt`;

const inProduction = {screen: 'environment', environment: 'production'} as const;
const inEvents = {screen: 'events', environment: 'production', isAll: false} as const;
const tabOf = (tab: TabName, address = 'service.web') =>
	({screen: 'object', environment: 'production', address, tab}) as const;

function open(part: Partial<DashboardState> = {}, size: Size = sizes[0]!, environments = [production, staging, empty]) {
	const clock = createManualClock(now);
	const dashboard = createDashboard(environments);
	dashboard.store.update(part);
	const screen = draw(<DashboardScreen store={dashboard.store} clock={clock} isColoured />, size);
	// An escape that comes alone is one only after a moment.
	const pressEscape = async () => {
		screen.type('\u001B');
		await new Promise(resolve => setTimeout(resolve, 40));
		return screen.text();
	};
	return {...dashboard, ...screen, pressEscape, clock, state: dashboard.store.getSnapshot};
}

/** All logs, with lines of all kinds, after some keys. */
function openLog(size: Size, ...keys: readonly string[]) {
	const screen = open({location: {screen: 'all-logs', environment: 'production'}}, size);
	screen.store.log.show(poolOf(mixedLines));
	for (const key of keys) screen.store.press(key, {rows: size.rows - 6, lastTop: 0});
	return screen;
}

const screens: Readonly<Record<string, (size: Size) => ReturnType<typeof open>>> = {
	environments: size => open({load}, size),
	'many services': size => open({firstColumn: 4, marked: 'qa'}, size, wide),
	events: size => open({location: inEvents, events, otherEvents: 12, selectedEvent: 6}, size),
	comparison: size =>
		open({location: {screen: 'comparison', environment: 'production', other: 'staging'}, content: comparison}, size),
	environment: size => {
		const screen = open({location: inProduction, figures, load}, size);
		screen.store.log.show(poolOf());
		return screen;
	},
	'crash-loop': size => {
		const screen = open({location: inProduction}, size, [looping]);
		screen.store.log.show(poolOf([]));
		return screen;
	},
	logs: size => {
		const screen = open({location: tabOf('logs')}, size);
		screen.store.log.show(poolOf());
		return screen;
	},
	'all-logs': size => {
		const screen = open({location: {screen: 'all-logs', environment: 'production'}}, size);
		screen.store.log.show(poolOf());
		return screen;
	},
	deployments: size => open({location: tabOf('deployments'), content: table}, size),
	overview: size => open({location: tabOf('overview'), content: page, figures}, size),
	configuration: size => open({location: tabOf('configuration'), content: page}, size),
	variables: size => open({location: tabOf('variables', 'resource.db'), content: variables}, size),
	outputs: size => open({location: tabOf('outputs', 'resource.db'), content: variables}, size),
	'backups of a resource': size => open({location: tabOf('backups', 'resource.db'), content: backups, row: 1}, size),
	backups: size =>
		open({location: tabOf('backups', 'resource.db'), content: {...variables, rows: [], empty: 'No backup yet.'}}, size),
	'reading a tab': size => open({location: tabOf('deployments')}, size),
	'problem in a tab': size =>
		open(
			{
				location: tabOf('configuration'),
				content: {
					type: 'problem',
					message: 'compartment.yml:5:5 services.web.redines: unknown key\n   5 |     redines: 3',
				},
			},
			size,
		),
	search: size => {
		const screen = open({location: {screen: 'all-logs', environment: 'production'}}, size);
		screen.store.log.show(poolOf());
		for (const key of ['/', ...'GET', 'enter', 't']) screen.store.press(key, {rows: 10, lastTop: 0});
		return screen;
	},
	'log of mixed lines': size => openLog(size),
	'log, a line unfolded': size => openLog(size, ...'/failed', 'enter', 'enter'),
	'log, only errors and what is around': size => openLog(size, 'l', 'l', 'c'),
	'log, a filter that is typed': size => openLog(size, '&', 'ctrl-r', ...'GET .* [45]'),
	'log, services': size => openLog(size, 'tab', 'right', 'space', 'right'),
	zoomed: size => {
		const screen = open({location: tabOf('logs', 'service.api')}, size);
		screen.store.log.show(poolOf());
		screen.store.press('z', {rows: 10, lastTop: 0});
		return screen;
	},
	'log of a deployment': size => {
		const deployment = {id: 'dpl_3', address: 'service.web'};
		const screen = open({location: {screen: 'all-logs', environment: 'production', deployment}}, size);
		const pool = createLogPool({isLive: false});
		for (const text of ['image.web  started', 'web | listening', 'Apply done in 4s: 2 done.'])
			pool.push({source: 'dpl_3', stream: 'compartment', at: '', text});
		screen.store.log.show(pool);
		return screen;
	},
	filtered: size => open({location: inProduction, overlay: {type: 'filter', previous: ''}, filter: 'we'}, size),
	palette: size => open({location: inProduction, overlay: {type: 'palette', typed: '', cursor: 0}}, size),
	help: size => open({location: inProduction, overlay: {type: 'help', top: 0}}, size),
	problem: size =>
		open(
			{
				problem: {message: 'compartment.yml was not found', hint: 'Press i to create one.', canInit: true},
				environments: [],
			},
			size,
		),
	loading: size => open({isLoaded: false, environments: [], link: {status: 'connecting'}}, size),
	lost: size =>
		open({location: inProduction, link: {status: 'lost', message: 'connection refused', since: now - 12_000}}, size),
	empty: size => {
		const screen = open({location: {screen: 'environment', environment: 'preview'}}, size);
		screen.store.log.show(createLogPool());
		return screen;
	},
};

describe.each(Object.keys(screens))('the screen "%s"', name => {
	test.each(sizes)('looks as recorded at $columns by $rows', async size => {
		colourInk(true);
		onTestFinished(() => colourInk(false));
		await expectFrame(screens[name]!(size), golden(name, size));
	});

	test.each(sizes)('is ASCII without Unicode at $columns by $rows', async size => {
		const {store} = screens[name]!(size);
		const screen = draw(
			<GlyphsContext value={asciiGlyphs}>
				<DashboardScreen store={store} clock={createManualClock(now)} isColoured />
			</GlyphsContext>,
			size,
		);
		const text = await screen.text();
		expect(text).toMatch(/^[\x20-\x7e\n]*$/);
		await expect(text).toMatchFileSnapshot(golden(`${name}-ascii`, size));
	});

	test('says when the window is too small, and recovers', async () => {
		const screen = screens[name]!(sizes[0]!);
		const before = await screen.text();
		expect(await screen.resize(36, 8)).toContain('Too small: 36x8, needs 40x10');
		expect(await screen.resize(80, 24)).toBe(before);
	});

	test.each([
		[40, 10],
		[61, 13],
		[133, 31],
	])('keeps its frame at %i by %i', async (columns, rows) => {
		const text = await screens[name]!({columns, rows}).text();
		const lines = text.split('\n');
		expect(lines).toHaveLength(rows);
		for (const line of lines) if (/^[╭│╰]/.test(line)) expect(line).toMatch(/[╮│╯]$/);
		expect(lines.filter(line => line.startsWith('╭')).length).toBe(lines.filter(line => line.startsWith('╰')).length);
	});
});

test('the list is sorted by what s chooses, worst first before', async () => {
	const screen = open({location: inProduction, figures});
	const order = (text: string) => Array.from(text.matchAll(/[✗!●○] (\w+) /g), ([, name]) => name);
	expect(order(await screen.text())).toEqual(['api', 'web', 'report', 'db']);
	expect(order(await screen.press('s'))).toEqual(['api', 'db', 'report', 'web']);
	expect(await screen.press('s')).toContain('Sorted: requests');
	expect(order(await screen.press('s'))).toEqual(['db', 'web', 'api', 'report']);
});

test('pending changes are in the list and in the header', async () => {
	const objects = production.objects.map(object => (object.name === 'web' ? {...object, pending: '~2f'} : object));
	const screen = open({location: inProduction}, sizes[0], [{...production, objects, pending: 3}]);
	const text = await screen.text();
	expect(text).toMatch(/NEXT.*web .*~2f/s);
	expect(text).toContain('~3 to apply');
});

test('what a lost engine said is dimmed, with its age, and is not called healthy', async () => {
	colourInk(true);
	onTestFinished(() => colourInk(false));
	const healthy = {...looping, objects: looping.objects.slice(1), agent: undefined, asOf: now - 20_000};
	const link = {status: 'lost', message: 'connection refused', since: now - 8000} as const;
	const screen = open({location: inProduction, link}, sizes[0], [healthy]);
	const text = await screen.text();
	expect(text).toContain('as of 20s ago');
	expect(text).toContain('all healthy, as of 20s ago');
	const row = text.split('\n').findIndex(line => line.includes('● web'));
	const cell = screen.terminal.buffer.active.getLine(row)!.getCell(4)!;
	expect([cell.getChars(), cell.isDim() !== 0, cell.isFgDefault()]).toEqual(['●', true, true]);
	screen.store.update({link: {status: 'live', engine: 'Docker 20.10.24'}, environments: [{...healthy, asOf: now}]});
	expect(await screen.text()).not.toContain('as of');
});

test('a long name is cut in the middle, and every figure keeps its column', async () => {
	const name = 'customer-notifications-dispatcher-service';
	const objects = [{...production.objects[0]!, name, failure: undefined}, production.objects[2]!];
	const screen = open({location: inProduction}, sizes[0], [{...production, objects}]);
	const text = await screen.text();
	expect(text).toMatch(/customer-…her-service|customer-n…\S+service/);
	expect(text).toMatch(/AGE +REQ\/S +ERRORS +CPU +MEMORY/);
});

test('an error of compartment.yml is shown until it is corrected', async () => {
	const screen = open({location: inProduction, trouble: 'compartment.yml:5:5 unknown key'});
	expect(await screen.press('j')).toContain('compartment.yml:5:5 unknown key');
	screen.store.update({trouble: undefined});
	expect(await screen.text()).not.toContain('unknown key');
});

test('the log of another object is never shown below its name', async () => {
	const screen = open({location: inProduction, selectedObject: 'service.web'});
	screen.store.log.show(poolOf([['web', 'stdout', 'a line of web']]), logSubjectOf(screen.state()));
	expect(await screen.text()).toMatch(/Log of web.*a line of web/s);
	const moved = await screen.press('j');
	expect(moved).toMatch(/Log of report.*Loading…/s);
	expect(moved).not.toContain('a line of web');
	// A filter selects another object without a move.
	await screen.press('k');
	expect(await screen.press('/db')).toMatch(/Log of db.*Loading…/s);
});

describe('the environments', () => {
	test('show which image is the same as above, which is older, and what is behind', async () => {
		const text = await open({}, {columns: 120, rows: 40}).text();
		expect(text).toMatch(/❯ ✗ production +7bc3d02 42m ● +7bc3d02 42m ✗/);
		expect(text).toMatch(/staging +19aa31c 1h {2}● ◀ {2}7bc3d02 = {3}! .*◀ web/);
		expect(text).toMatch(/preview +– +– /);
	});

	test('scroll through the services, and count those that are not shown', async () => {
		const screen = open({}, sizes[0]!, wide);
		expect(await screen.text()).toContain('columns 1 to 3 of 12');
		expect(await screen.press(']')).toContain('columns 2 to 4 of 12');
		expect(await screen.press(']'.repeat(30))).toContain('columns 10 to 12 of 12');
		expect(await screen.press('[')).toContain('columns 9 to 11 of 12');
	});

	test('are compared with the marked one, else with production', async () => {
		const screen = open({}, {columns: 120, rows: 40});
		await screen.press('jd');
		expect(screen.state().location).toEqual({screen: 'comparison', environment: 'staging', other: 'production'});
		expect(await screen.pressEscape()).toContain('ENVIRONMENT');
		expect(await screen.press(' ')).toContain('staging is marked');
		await screen.press('kd');
		expect(screen.state().location).toEqual({screen: 'comparison', environment: 'production', other: 'staging'});
	});

	test('without a marked one have to be marked where it is not clear', async () => {
		const screen = open();
		expect(await screen.press('d')).toContain('Mark another environment with space first');
		expect(await screen.press('>')).toContain('Mark the environment to promote to with space first');
		expect(screen.state().departure).toBeUndefined();
	});

	test.each([
		['j>', {environment: 'production', from: 'staging'}],
		['j k>', {environment: 'staging', from: 'production'}],
		['jd>', {environment: 'production', from: 'staging'}],
	])('on keys %s promote their images', async (keys, run) => {
		const screen = open();
		await screen.press(keys);
		expect(screen.asked).toEqual([`start ${JSON.stringify({verb: 'promote', ...run})}`]);
	});

	test('forget the mark of one that is gone, and leave its comparison', () => {
		const screen = open({
			marked: 'staging',
			location: {screen: 'comparison', environment: 'production', other: 'staging'},
		});
		screen.store.update({environments: [production]});
		expect(screen.state()).toMatchObject({location: {screen: 'environments'}});
		screen.store.update({});
		expect(screen.state().marked).toBeUndefined();
	});
});

test('the load of the machine is below the notes, with a warning where it is high, and says what is not known', async () => {
	const {store, text} = open({load}, {columns: 120, rows: 30});
	expect(await text()).toMatch(/CPU █░{7} 12 % of 4 {3}memory █{5}░{3} 66 % of 8.2 GB {3}disk █{7}░ 89 %! of 64 GB/);
	store.update({load: {processor: undefined, memory: undefined, disk: undefined}});
	expect(await text()).toContain('CPU unknown   memory unknown   disk unknown');
	store.update({link: {status: 'lost', message: '', since: now}});
	expect(await text()).not.toContain('CPU');
});

describe('the events of the engine', () => {
	test('are of one environment, or of all, newest first, and those of others are counted', async () => {
		const screen = open({events, otherEvents: 12, location: inProduction});
		const own = await screen.press('E');
		expect(own).toContain('6 events, 12 of others not shown');
		expect(own).toMatch(/network +service.web joined.*volume.db.data.*router +restarted.*service.web +started/s);
		expect(own).not.toContain('exit code 1 ');
		expect(await screen.pressEscape()).toContain('Services and resources');
		await screen.pressEscape();
		expect(await screen.press('E')).toMatch(/7 events.*staging +service.web +ended, exit code 1/s);
		expect(await screen.pressEscape()).toContain('ENVIRONMENT');
	});

	test('stay below the cursor when others come, and follow on the newest', async () => {
		const screen = open({events, location: inEvents});
		const newest = {...events[0]!, id: 8, text: 'removed'};
		expect(await screen.press('jj')).toMatch(/❯ ! .*exit code 137/);
		screen.store.update({events: [...events, newest]});
		expect(await screen.text()).toMatch(/❯ ! .*exit code 137/);
		expect(await screen.press('g')).toMatch(/❯ ● .*removed/);
		screen.store.update({events: [...events, newest, {...newest, id: 9, text: 'created'}]});
		expect(await screen.text()).toMatch(/❯ ● .*created/);
	});

	test('are filtered, and lead to what they happened to', async () => {
		const screen = open({events, location: inEvents});
		expect(await screen.press('/memory\r')).toContain('1 event');
		await screen.press('\r');
		expect(screen.state().location).toEqual({...tabOf('logs', 'service.api')});
		const other = open({events, location: inEvents});
		expect(await other.press('\r')).toContain('There is nothing to open');
		expect(await other.press('/nothing')).toContain('No matching event.');
	});
});

test('the title of a log says how fast lines come, for as long as they do, and what a pause costs', async () => {
	const screen = open({location: tabOf('logs')});
	const pool = createLogPool({schedule: screen.clock.request});
	const flood = (count: number) => {
		for (let line = 0; line < count; line++) pool.push({source: 'web', stream: 'stdout', at: '', text: `line ${line}`});
	};
	const after = async (milliseconds: number) => {
		screen.clock.advance(milliseconds);
		await new Promise(resolve => setImmediate(resolve));
		return screen.text();
	};
	screen.store.log.show(pool);
	flood(500);
	expect(await after(100)).toContain(' following ─');
	flood(9800);
	await after(1000);
	expect(await screen.text()).toMatch(/following · 9\.\dk\/s/);
	await screen.press('f');
	flood(20_000);
	expect(await after(1000)).toMatch(/paused · \+20k\/s · \+20,000 new · 10,000 lines, 2\.1 MB kept ─/);
	expect(await screen.text()).toContain('line 9799');
	await after(1000);
	expect(await after(1000)).toMatch(/paused · \+20,000 new · 10,000 lines, 2\.1 MB kept ─/);
});

describe('navigation', () => {
	test('goes down and back, and stops at the environments', async () => {
		const screen = open();
		expect(await screen.press('j\r')).toContain('notes › staging');
		expect(screen.state().location).toMatchObject({screen: 'environment', environment: 'staging'});
		expect(await screen.press('j\r')).toContain('notes › staging › web');
		expect(await screen.pressEscape()).toContain('notes › staging');
		expect(await screen.pressEscape()).toContain('ENVIRONMENT');
		expect(await screen.pressEscape()).toContain('ENVIRONMENT');
		expect(screen.state().departure).toBeUndefined();
	});

	test('handles the keys of one chunk one by one', async () => {
		const screen = open({location: inProduction});
		await screen.press('jj\r4');
		expect(screen.state().location).toMatchObject({address: 'service.report', tab: 'deployments'});
	});

	test('changes tabs by number and by tab, and objects by brackets', async () => {
		const screen = open({location: tabOf('logs')});
		await screen.press('3');
		expect(screen.state().location).toMatchObject({tab: 'configuration'});
		await screen.press('\t');
		expect(screen.state().location).toMatchObject({tab: 'deployments'});
		await screen.press('\u001B[Z\u001B[Z');
		expect(screen.state().location).toMatchObject({tab: 'overview'});
		// In the order of the list, worst first: api, web, report, db.
		await screen.press(']');
		expect(screen.state().location).toMatchObject({address: 'service.report', tab: 'overview'});
		await screen.press('[[[');
		expect(screen.state().location).toMatchObject({address: 'resource.db', tab: 'overview'});
		await screen.press('8');
		expect(screen.state().location).toMatchObject({tab: 'overview'});
	});

	test('restores a zoomed log before it goes back', async () => {
		const screen = open({location: tabOf('logs')});
		screen.store.log.show(poolOf());
		expect(await screen.press('z')).toContain('esc unzoom');
		expect(await screen.pressEscape()).toContain('Log of web');
		expect(screen.state().location).toEqual(tabOf('logs'));
		await screen.pressEscape();
		expect(screen.state().location).toEqual(inProduction);
	});

	test('accepts a filter, and clears it with esc', async () => {
		const screen = open({location: inProduction});
		const typed = await screen.press('/post');
		expect(typed).toContain('/post');
		expect(typed).toContain('1 of 4 shown');
		expect(await screen.press('\r')).toContain('filter: "post"');
		expect(await screen.pressEscape()).not.toContain('filter:');
		expect(screen.state().location).toEqual(inProduction);
	});

	test('filters for a text with a space', async () => {
		const screen = open({}, sizes[0], [production, {...staging, name: 'my copy'}]);
		expect(await screen.press('/my c')).toContain('/my c');
		expect(screen.state().filter).toBe('my c');
	});

	test('leaves what no longer exists', async () => {
		const screen = open({location: {screen: 'environment', environment: 'staging'}});
		screen.store.update({environments: [production]});
		expect(screen.state().location).toEqual({screen: 'environments'});
		const other = open({location: tabOf('overview'), content: page});
		other.store.update({environments: [{...production, objects: production.objects.slice(1)}]});
		expect(await other.text()).toContain('No longer declared');
	});
});

test('the cursor moves to a new failure, once', () => {
	const healthy = {...production, objects: production.objects.map(object => ({...object, failure: undefined}))};
	const screen = open({location: inProduction}, sizes[0]!, [healthy]);
	screen.store.update({selectedObject: 'resource.db'});
	screen.store.update({environments: [production]});
	expect(screen.state().selectedObject).toBe('service.web');
	screen.store.update({selectedObject: 'resource.db'});
	screen.store.update({environments: [production]});
	expect(screen.state().selectedObject).toBe('resource.db');
});

test('the cursor of a table stays on its row when rows are added before it', () => {
	const screen = open({location: tabOf('deployments'), content: table, row: 1});
	const rows = table.type === 'table' ? [{id: 'dpl_4', cells: ['dpl_4']}, ...table.rows] : [];
	screen.store.update({content: {...table, rows} as typeof table});
	expect(screen.state().row).toBe(2);
});

describe('actions', () => {
	test.each([
		['a', {verb: 'apply', environment: 'production'}],
		['p', {verb: 'plan', environment: 'production'}],
		['r', {verb: 'restart', environment: 'production', object: 'web'}],
		['S', {verb: 'stop', environment: 'production'}],
		['U', {verb: 'start', environment: 'production'}],
		['b', {verb: 'rollback', environment: 'production'}],
		['m', {verb: 'promote', environment: 'production'}],
	])('on key %s begin a task in the frame', async (key, run) => {
		const screen = open({location: inProduction, selectedObject: 'service.web'});
		await screen.press(key);
		expect(screen.asked).toEqual([`start ${JSON.stringify(run)}`]);
		expect(screen.state().departure).toBeUndefined();
	});

	test('that need the terminal leave the screen', async () => {
		const screen = open({location: inProduction, selectedObject: 'service.web'});
		screen.type('e');
		await screen.app.waitUntilExit();
		const run = {verb: 'shell', environment: 'production', object: 'web'};
		expect(screen.state().departure).toEqual({type: 'run', ...run});
	});

	test('roll back a service to the selected deployment', async () => {
		const screen = open({location: tabOf('deployments'), content: table});
		await screen.press('jjb');
		const run = {verb: 'rollback', environment: 'production', object: 'web', deployment: 'dpl_1'};
		expect(screen.asked).toEqual([`start ${JSON.stringify(run)}`]);
	});

	test('on a log say when all lines are filtered out', async () => {
		const screen = open({location: {screen: 'all-logs', environment: 'production'}});
		screen.store.log.show(poolOf([['web', 'stdout', 'listening']]));
		expect(await screen.press('x')).toContain('Nothing on standard error yet.');
		expect(await screen.press('xx')).toContain('listening');
		expect(await screen.press('/none\r&')).toContain('No matching lines yet.');
	});

	test('do not offer to pause a finished log', async () => {
		const screen = open({
			location: {screen: 'all-logs', environment: 'production', deployment: {id: 'dpl_3', address: ''}},
		});
		expect(await screen.text()).toContain('f pause');
		screen.store.log.show(createLogPool({isLive: false}));
		expect(await screen.text()).not.toContain('f pause');
	});

	test.each([
		['B', {verb: 'backup', environment: 'production', object: 'db'}],
		['jV', {verb: 'verify', environment: 'production', object: 'db', backup: 'rbak_2'}],
		['jR', {verb: 'restore', environment: 'production', object: 'db', backup: 'rbak_2'}],
	])('on keys %s work on the backups of a resource', async (keys, run) => {
		const screen = open({location: tabOf('backups', 'resource.db'), content: backups});
		await screen.press(keys);
		expect(screen.asked).toEqual([`start ${JSON.stringify(run)}`]);
	});

	test('refuse to restore a backup that failed, and say where to select one', async () => {
		const screen = open({location: tabOf('backups', 'resource.db'), content: backups});
		expect(await screen.press('R')).toContain('rbak_3 is failed');
		await screen.press('2');
		expect(await screen.press('V')).toContain('Select the backup to verify in the tab backups');
	});

	test('of a resource are only those that it has', async () => {
		const screen = open({location: tabOf('overview', 'resource.db'), content: page}, {columns: 100, rows: 50});
		const help = await screen.press('?');
		expect(help).toContain('Create a backup now');
		expect(help).not.toMatch(/[Rr]oll back|browser|candidates active/);
		expect(await screen.press('?:roll')).toContain('Nothing matches.');
	});

	test('refuse a rollback to a deployment that was never active', async () => {
		const screen = open({location: tabOf('deployments'), content: table});
		expect(await screen.press('b')).toContain('dpl_3 was never active');
		expect(screen.asked).toEqual([]);
	});

	test('refuse a rollback while the deployments are loading', async () => {
		const screen = open({location: tabOf('deployments'), content: {type: 'loading'}});
		expect(await screen.press('b')).toContain('The deployments are still loading');
		expect(screen.asked).toEqual([]);
	});

	test('show the log of a deployment on enter, and return to the list on esc', async () => {
		const screen = open({location: tabOf('deployments'), content: table});
		await screen.press('\r');
		expect(screen.state().location).toMatchObject({screen: 'all-logs', deployment: {id: 'dpl_3'}});
		await screen.pressEscape();
		expect(screen.state().location).toEqual(tabOf('deployments'));
	});

	test('say why they cannot run', async () => {
		const screen = open({location: {screen: 'environment', environment: 'preview'}});
		expect(await screen.press('e')).toContain('web is not running');
		expect(await screen.press('o')).toContain('web has no URL');
		expect(await screen.press('j')).not.toContain('has no URL');
	});

	test('are all in the palette, also without a key', async () => {
		const screen = open({location: inProduction});
		expect(await screen.press(':destr')).toContain('Remove the environment, keep its volumes; asks first');
		await screen.press('\r');
		expect(screen.asked).toEqual(['start {"verb":"destroy","environment":"production"}']);
	});

	test('can be walked in the palette, which says when none matches', async () => {
		const screen = open({location: inProduction});
		expect(await screen.press(':zzz')).toContain('Nothing matches.');
		await screen.pressEscape();
		expect(screen.state().overlay).toBeUndefined();
		await screen.press(':roll\r');
		expect(screen.asked).toEqual(['start {"verb":"rollback","environment":"production"}']);
	});

	test('copy and open without leaving the screen', async () => {
		const screen = open({location: inProduction, selectedObject: 'service.web'});
		expect(await screen.press('y')).toContain('Copied http://notes.localhost:9080');
		await screen.press('o');
		expect(screen.asked).toEqual(['copy http://notes.localhost:9080', 'open http://notes.localhost:9080']);
	});

	test('quit on q and ctrl-c everywhere, except q while typing', async () => {
		for (const keys of ['q', '\u0003', ':q\u0003', '/q\u0003', '??q', '?\u0003']) {
			const screen = open({location: inProduction});
			screen.type(keys);
			await screen.app.waitUntilExit();
			expect(screen.state().departure, JSON.stringify(keys)).toEqual({type: 'quit'});
		}
	});
});

test('a lost engine is reported with its time, known data stays, and the return is shown', async () => {
	const screen = open({location: inProduction});
	screen.store.update({link: {status: 'lost', message: 'connection refused', since: now}});
	screen.clock.advance(3000);
	const lost = await screen.text();
	expect(lost).toContain('engine lost 3s ago, retrying');
	expect(lost).toContain('healthy');
	screen.store.update({link: {status: 'live', engine: 'Docker 20.10.24'}});
	expect(await screen.text()).not.toContain('engine lost');
});

test('an engine that never answered is reported instead of an empty list', async () => {
	const lost = {status: 'lost', message: 'the engine at unix:///nowhere is unreachable', since: now} as const;
	expect(await open({isLoaded: false, environments: [], link: lost}).text()).toContain('is unreachable');
});

describe('hostile text', () => {
	const places: Readonly<Record<string, Partial<DashboardState>>> = {
		events: {
			location: {screen: 'events', environment: hostileText, isAll: true},
			events: hostile.map((text, id) => ({...events[0]!, id, environment: text, object: text, text, deployment: text})),
		},
		environments: {},
		environment: {location: {screen: 'environment', environment: hostileText}},
		object: {location: {screen: 'object', environment: hostileText, address: 'service.web', tab: 'logs'}},
		page: {
			location: {screen: 'object', environment: hostileText, address: 'service.web', tab: 'overview'},
			content: {type: 'page', lines: hostile.map(text => ({type: 'fact', label: text, text}))},
		},
		table: {
			location: {screen: 'object', environment: hostileText, address: 'service.web', tab: 'variables'},
			content: {
				...(table as Extract<typeof table, {type: 'table'}>),
				rows: [{id: 'a', cells: [...hostile.slice(0, 5)]}],
			},
		},
		problem: {problem: {message: hostile.join('\n'), hint: hostileText, canInit: false}},
		'endless problem': {problem: {message: endlessLine, hint: endlessLine, canInit: false}},
		message: {message: hostileText},
		'tab problem': {
			location: {screen: 'object', environment: hostileText, address: 'service.web', tab: 'variables'},
			content: {type: 'problem', message: hostile.join('\n')},
		},
		lost: {link: {status: 'lost', message: hostileText, since: now}, isLoaded: false},
	};

	test.each(Object.keys(places))('leaves the frame of %s intact', async name => {
		const screen = open(places[name], sizes[0]!, [hostileEnvironment]);
		screen.store.log.show(poolOf([...hostile, endlessLine].map((text, at) => [hostile[at] ?? 'web', 'stderr', text])));
		// Wrapped, and with its times; what is searched for is foreign as well.
		for (const keys of ['', 'w', 't', `/\u001B[200~${hostileText}\u001B[201~`])
			expectWholeFrame(await screen.press(keys), 24);
		expectHarmless(screen.written());
	});

	test('of each kind is only text in a log', async () => {
		const screen = open({location: {screen: 'all-logs', environment: 'production'}}, sizes[1]);
		screen.store.log.show(poolOf(hostile.map(text => ['web', 'stdout', text])));
		const text = await screen.text();
		for (const shown of [
			'red without an end',
			'cleared',
			'link',
			'strings',
			'reset',
			'gnp.exe',
			'zerowidth',
			'漢字の行',
		])
			expect(text).toContain(shown);
		expect(text).toMatch(/i\uFFFD\uFFFD\uFFFD\(\uFFFD/u);
		expectHarmless(screen.written());
	});
});
