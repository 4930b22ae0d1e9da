import {afterEach, beforeEach, expect, test} from 'vitest';
import {recoverSwitch} from '../../source/apply/recovery/switch.ts';
import {labels} from '../../source/model/labels.ts';
import {busyActions} from '../../source/plan/plan.ts';
import {createMemoryWorld, images, type MemoryWorld} from './memory-world.ts';

let world: MemoryWorld;

beforeEach(async () => {
	world = await createMemoryWorld();
});

afterEach(() => world.close());

const worker = `mail: {image: "${images.good}", kind: worker}`;
const web = `web: {image: "${images.good}"}`;
const describeShop = (services: readonly string[], resource = '') =>
	`name: shop\nservices:\n${services.map(each => `  ${each}\n`).join('')}resources:\n  db: {image: "${images.database}", ports: [5432]${resource}}\n`;

const routers = async () => (await world.engine.observe({[labels.router]: 'true'})).containers.length;
const changes = async (descriptor: string) =>
	busyActions((await world.plan(descriptor)).plan).map(({address, kind}) => `${kind} ${address}`);

test('workers and resources without readiness get no router, before or after', async () => {
	const batch = describeShop([worker]);
	const first = await world.apply(batch);
	expect(first.result?.outcome).toBe('done');
	expect(await routers()).toBe(0);
	expect(world.engine.calls.filter(({method}) => method === 'exec')).toEqual([]);
	expect((await world.state())!.active).toHaveProperty('mail');
	expect(await changes(batch)).toEqual([]);
	const second = await world.apply(describeShop([worker.replace(images.good, images.better)]));
	expect(second.result?.outcome).toBe('done');
	expect((await world.apply(batch, {mode: 'stop'})).result?.outcome).toBe('done');
	expect((await world.apply(batch, {mode: 'start'})).result?.outcome).toBe('done');
	expect((await world.apply(batch, {mode: 'restart'})).result?.outcome).toBe('done');
	expect((await world.apply(batch, {mode: 'destroy'})).result?.outcome).toBe('done');
	expect(await routers()).toBe(0);
});

test.each([
	['routes', describeShop([worker, web])],
	['probes', describeShop([worker], ', readiness: {type: tcp, port: 5432}')],
])('the first apply that %s something makes the router', async (_, next) => {
	await world.apply(describeShop([worker]));
	const applied = await world.apply(next);
	expect(applied.result?.outcome).toBe('done');
	expect(await routers()).toBe(1);
	expect(await changes(next)).toEqual([]);
});

test('an environment that loses its last route withdraws it, and does not care about the router afterwards', async () => {
	await world.apply(describeShop([worker, web]));
	const batch = describeShop([worker]);
	expect((await world.apply(batch)).result?.outcome).toBe('done');
	const [table] = world.router.tables.values();
	expect(table).toMatchObject({hosts: {}, backends: []});
	expect(await changes(batch)).toEqual([]);
	const [router] = (await world.engine.observe({[labels.router]: 'true'})).containers;
	await world.engine.remove(router!.id);
	expect(await changes(batch)).toEqual([]);
	expect((await world.apply(batch, {mode: 'destroy'})).result?.outcome).toBe('done');
});

test('a worker that crashes after the switch is rolled back without a router', async () => {
	world.close();
	world = await createMemoryWorld({minHealthyMs: 50});
	await world.apply(describeShop([worker]));
	const before = (await world.state())!.active['mail'];
	Object.assign(world.engine, {
		wait: async (id: string) => {
			if (world.engine.look(id).restart.policy === 'no') return new Promise<number>(() => undefined);
			world.engine.crash(id, 3);
			return 3;
		},
	});
	const applied = await world.apply(describeShop([worker.replace(images.good, images.better)]));
	expect(applied.result?.outcome).toBe('failed');
	const state = (await world.state())!;
	expect(state.active['mail']).toBe(before);
	expect(world.engine.look(state.deployments[before!]!.containerId!).state).toBe('running');
	expect(await routers()).toBe(0);
});

test('an interrupted switch of what is not routed is decided by the state alone', async () => {
	await world.apply(describeShop([worker]));
	const state = (await world.state())!;
	const context = {state: {current: () => state}} as unknown as Parameters<typeof recoverSwitch>[0];
	const pending = (id: string) => ({type: 'switch', deployments: {mail: id}, isUnrouted: true}) as const;
	expect(await recoverSwitch(context, pending(state.active['mail']!))).toBe(true);
	expect(await recoverSwitch(context, pending('dpl_never'))).toBe(false);
});
