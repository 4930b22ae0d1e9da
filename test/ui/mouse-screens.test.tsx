import {expect, test} from 'vitest';
import {ApplyScreen} from '../../source/ui/apply/screen.tsx';
import {createApplyStore} from '../../source/ui/apply/store.ts';
import {DashboardScreen} from '../../source/ui/dashboard/screen.tsx';
import {createMouse} from '../../source/ui/terminal/mouse.ts';
import {type ScreenTerminal, ScreenTerminalContext} from '../../source/ui/terminal/screen-terminal.ts';
import {begin, log, started} from './apply-events.ts';
import {createDashboard, now, poolOf, production, staging, table} from './browse-data.ts';
import {createManualClock} from './manual-clock.ts';
import {draw} from './screen.ts';

const terminalOf = (part: Partial<ScreenTerminal> = {}): ScreenTerminal => ({
	mouse: createMouse(),
	hasMouse: true,
	hasTitle: true,
	hasLinks: false,
	hasProgress: true,
	title: {text: ''},
	question: () => '',
	...part,
});

/** Acts on a screen where a text is. */
function actsOn(terminal: ScreenTerminal, text: () => Promise<string>) {
	const placeOf = async (found: string) => {
		const lines = (await text()).split('\n');
		const y = lines.findIndex(line => line.includes(found));
		if (y === -1) throw new Error(`"${found}" is not shown:\n${lines.join('\n')}`);
		return {x: lines[y]!.indexOf(found), y};
	};
	return {
		click: async (found: string) => terminal.mouse.report({type: 'click', ...(await placeOf(found))}),
		wheel: async (found: string, by: 1 | -1) => terminal.mouse.report({type: 'wheel', ...(await placeOf(found)), by}),
	};
}

function openDashboard(part: Partial<ScreenTerminal> = {}) {
	const terminal = terminalOf(part);
	const {store, asked} = createDashboard([staging, production]);
	store.update({location: {screen: 'environment', environment: 'production'}, selectedObject: 'service.web'});
	const screen = draw(
		<ScreenTerminalContext value={terminal}>
			<DashboardScreen store={store} clock={createManualClock(now)} isColoured />
		</ScreenTerminalContext>,
		{columns: 120, rows: 40},
	);
	return {...screen, store, asked, terminal, ...actsOn(terminal, screen.text)};
}

test('a click selects a row, the wheel moves over a list, and titles and borders do nothing', async () => {
	const {store, click, wheel} = openDashboard();
	const selected = () => store.getSnapshot().selectedObject;
	await click('● report');
	expect(selected()).toBe('service.report');
	await click('NAME');
	await click('Services and resources');
	await click('  resources');
	expect(selected()).toBe('service.report');
	await wheel('● report', 1);
	expect(selected()).toBe('resource.db');
	await wheel('✗ api', -1);
	expect(selected()).toBe('service.report');
	await click('✗ api');
	expect(selected()).toBe('service.api');
});

test('a click on a key of the footer does what the key does, and one on a tab opens it', async () => {
	const {store, click, asked} = openDashboard();
	await click('enter open');
	expect(store.getSnapshot().location).toMatchObject({screen: 'object', tab: 'logs'});
	await click('4 deployments');
	expect(store.getSnapshot().location).toMatchObject({tab: 'deployments'});
	store.update({content: table, row: 0});
	await click('dpl_');
	await click('esc back');
	expect(store.getSnapshot().location).toMatchObject({screen: 'environment'});
	expect(asked).toEqual([]);
});

test('the wheel scrolls the log under it, whether that has the keys or not', async () => {
	const {store, wheel} = openDashboard();
	store.log.show(
		poolOf(Array.from({length: 100}, (_, index) => ['web', 'stdout', `line ${index}`])),
		'production/service.web',
	);
	const {subject} = store.log.getSnapshot();
	expect(subject).toBeDefined();
	const place = 'Log of web';
	await wheel(place, -1);
	expect(store.log.getSnapshot().view.end).toBe(97);
	await wheel(place, -1);
	expect(store.log.getSnapshot().view.end).toBe(94);
	for (let count = 0; count < 3; count++) await wheel(place, 1);
	expect(store.log.getSnapshot().view.end).toBeUndefined();
});

test('without the mouse nothing can be clicked', async () => {
	const {store, click} = openDashboard({hasMouse: false});
	await click('● report');
	await click('enter open');
	expect(store.getSnapshot()).toMatchObject({selectedObject: 'service.web', location: {screen: 'environment'}});
});

test('the title of the window names the project and the environment that are shown', async () => {
	const screen = openDashboard();
	await screen.text();
	expect(screen.written()).toContain('\u001B]2;compartment: notes › production\u0007');
	screen.store.update({location: {screen: 'environments'}});
	await screen.text();
	expect(screen.written()).toContain('\u001B]2;compartment: notes\u0007');
});

test('URLs in lists are links where the terminal has them, and take no room', async () => {
	const plain = await openDashboard().text();
	const linked = openDashboard({hasLinks: true});
	expect(await linked.text()).toBe(plain);
	expect(linked.written()).toContain(']8;;http://notes.localhost:9080');
	expect(openDashboard().written()).not.toContain(']8;;');
});

test('a click selects a step of an apply, the wheel scrolls its log, and progress is shown and cleared', async () => {
	const terminal = terminalOf();
	const clock = createManualClock();
	const store = createApplyStore({clock, onCancel: () => undefined});
	const target = {project: 'notes', environment: 'production', engine: 'docker'};
	const screen = draw(
		<ScreenTerminalContext value={terminal}>
			<ApplyScreen store={store} target={target} clock={clock} isColoured />
		</ScreenTerminalContext>,
		{columns: 120, rows: 40},
	);
	const {click, wheel} = actsOn(terminal, screen.text);
	const lines = Array.from({length: 80}, (_, index) => log('image.api', `line ${index}`));
	for (const event of [started(), begin('image.api'), ...lines]) store.emit({...event, at: 0} as never);
	clock.advance(0);
	await click('image.web ');
	expect(store.getSnapshot().selected).toBe('image.web');
	await wheel('volume.db.data', -1);
	expect(store.getSnapshot().selected).toBe('image.api');
	await wheel('following', -1);
	expect(store.getSnapshot().view.end).toBe(77);
	expect(screen.written()).toContain('\u001B]9;4;1;0\u0007');
	screen.app.unmount();
	expect(screen.written().lastIndexOf('\u001B]9;4;0;0\u0007')).toBeGreaterThan(screen.written().lastIndexOf(']9;4;1;'));
});
