import {afterEach, expect, test, vi} from 'vitest';
import {createTerminal} from '../../source/output/terminal.ts';
import {createFrameClock} from '../../source/ui/parts/frame-clock.ts';
import {openShop, type Shop} from '../commands/shop.ts';
import {createDashboard} from '../ui/browse-data.ts';

// Planning takes as long as it likes: here for ever.
vi.mock(import('../../source/dashboard/world.ts'), async load => ({
	...(await load()),
	readDrift: () => new Promise<never>(() => undefined),
}));

let shop: Shop | undefined;
const start = process.cwd();

afterEach(() => {
	process.chdir(start);
	shop?.close();
});

/** The dashboard of a deployed shop, as it is fed, and all tones that its service web had so far. */
async function openFedDashboard() {
	shop = await openShop();
	await shop.deploy();
	process.chdir(shop.folder);
	// After the shop, which gives every module the memory engine.
	const {createConnections} = await import('../../source/dashboard/connections.ts');
	const {startDashboardFeed} = await import('../../source/dashboard/feed.ts');
	const {store} = createDashboard([]);
	store.update({isLoaded: false, project: undefined});
	const seen: string[] = [];
	const web = () => store.getSnapshot().environments[0]?.objects.find(({name}) => name === 'web');
	store.subscribe(() => {
		const tone = web()?.tone;
		if (tone !== undefined && tone !== seen.at(-1)) seen.push(tone);
	});
	const clock = createFrameClock();
	const feed = startDashboardFeed({
		store,
		clock,
		connections: createConnections(),
		terminal: createTerminal({}),
		part: {tail: 10},
		canEnter: true,
	});
	const state = await shop.world.state();
	const id = state!.deployments[state!.active['web']!]!.containerId!;
	const crash = () => {
		const {engine} = shop!.world;
		engine.crash(id, 1);
		// The engine's own clock stands still.
		engine.age(id, {startedAt: Date.now()});
	};
	return {feed, clock, seen, web, crash};
}

test('a crash loop is red within two seconds of the second crash and never green between restarts, also while a plan is made', async () => {
	const {feed, clock, seen, web, crash} = await openFedDashboard();
	await vi.waitFor(() => expect(web()?.tone).toBe('good'), 5000);
	crash();
	await vi.waitFor(() => expect(web()).toMatchObject({state: 'degraded', restarts: '1, exit 1'}), 2000);
	crash();
	await vi.waitFor(() => expect(web()).toMatchObject({state: 'crashing', restarts: '2, exit 1'}), 2000);
	for (let more = 0; more < 3; more++) {
		crash();
		await new Promise(resolve => setTimeout(resolve, 300));
	}
	expect(web()).toMatchObject({state: 'crashing', tone: 'bad', restarts: '5, exit 1'});
	expect(seen.filter(tone => tone !== 'busy' && tone !== 'quiet')).toEqual(['good', 'warning', 'bad']);
	feed.close();
	clock.stop();
});
