import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, expect, test, vi} from 'vitest';
import type {ApplyEvent} from '../../source/apply/events.ts';
import {createLosses} from '../../source/apply/graph/lost-actions.ts';
import type {Step} from '../../source/apply/graph/step.ts';
import {createMemoryWorld, images, type MemoryWorld} from './memory-world.ts';

let world: MemoryWorld;

beforeAll(() => {
	vi.stubEnv('COMPARTMENT_CONFIG_HOME', mkdtempSync(join(tmpdir(), 'compartment-held-back-')));
});
beforeEach(async () => {
	world = await createMemoryWorld();
});
afterEach(() => world.close());
afterAll(() => vi.unstubAllEnvs());

const names = Array.from({length: 6}, (_, index) => `svc-${index}`);

/** Services of which each needs an answer to become ready. */
const describeShop = (imageOf: (name: string) => string) => `name: shop
services:
${names
	.map(
		name =>
			`  ${name}: {image: "${imageOf(name)}", port: 8080, env: {LEVEL: "${imageOf(name)}"}, readiness: {type: http, path: /, timeoutMs: 1000}}`,
	)
	.join('\n')}
`;

const failuresIn = (events: readonly ApplyEvent[]) =>
	events.flatMap(event => (event.type === 'step-failed' ? [event.address] : []));

test('one candidate that fails is the only failure: what was ready is held back at once, and its previous deployments serve on', async () => {
	await world.apply(describeShop(() => images.good));
	const before = (await world.state())!.active;
	const {result, events} = await world.apply(
		describeShop(name => (name === 'svc-3' ? images.crashing : images.better)),
	);
	expect(result).toMatchObject({outcome: 'failed', failed: 1, heldBack: 5, skipped: 0});
	expect(failuresIn(events)).toEqual(['service.svc-3']);
	const held = events.flatMap((event, index) => (event.type === 'step-held-back' ? [{...event, index}] : []));
	expect(held.map(({address, reason}) => [address, reason])).toEqual(
		expect.arrayContaining(
			names.filter(name => name !== 'svc-3').map(name => [`service.${name}`, 'service.svc-3 failed']),
		),
	);
	// None of them is said to wait for a switch that will not happen.
	for (const {address, index} of held)
		expect(events.slice(index).filter(event => event.type === 'step-progress' && event.address === address)).toEqual(
			[],
		);
	expect((await world.state())!.active).toEqual(before);
});

test('after two failures each cause is one failure', async () => {
	await world.apply(describeShop(() => images.good));
	const {result, events} = await world.apply(
		describeShop(name => (name === 'svc-1' || name === 'svc-4' ? images.crashing : images.better)),
	);
	expect(result).toMatchObject({outcome: 'failed', failed: 2, heldBack: 4, skipped: 0});
	expect(failuresIn(events).sort()).toEqual(['service.svc-1', 'service.svc-4']);
});

const step = (id: string, address: string | null, dependsOn: readonly string[]): Step => ({
	id,
	task: 'start candidate',
	name: '',
	address,
	isFirst: true,
	isLast: true,
	dependsOn,
});

const graph = [
	step('image.bad', 'image.bad', []),
	step('bad', 'service.bad', ['image.bad']),
	step('good', 'service.good', []),
	step('switch', null, ['bad', 'good']),
	step('retire good', 'service.good', ['switch']),
];

test('an action is lost only when nothing of it runs and nothing of it can begin', () => {
	const [image, , good] = graph as [Step, Step, Step];
	const losses = createLosses(graph);
	losses.begin(image);
	losses.begin(good);
	losses.end(image);
	losses.lose(image, 'image.bad');
	expect(losses.take()).toEqual([{address: 'service.bad', cause: 'image.bad'}]);
	losses.end(good);
	expect(losses.take()).toEqual([{address: 'service.good', cause: 'image.bad'}]);
	expect(losses.take()).toEqual([]);
});

test('an action that has not begun, but can, is not lost yet', () => {
	const [image, , good] = graph as [Step, Step, Step];
	const losses = createLosses(graph);
	losses.lose(image, 'image.bad');
	expect(losses.take().map(({address}) => address)).toEqual(['service.bad']);
	losses.begin(good);
	losses.end(good);
	expect(losses.take().map(({address}) => address)).toEqual(['service.good']);
});
