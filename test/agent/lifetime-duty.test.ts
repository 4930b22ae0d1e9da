import {afterEach, beforeEach, expect, it} from 'vitest';
import type {AgentAction} from '../../source/agent/events.ts';
import {createLifetimeDuty} from '../../source/agent/lifetime-duty.ts';
import {labels, labelsOf} from '../../source/model/labels.ts';
import type {Settings} from '../../source/settings/settings.ts';
import {readSettings} from '../../source/settings/settings.ts';
import {createMemoryWorld, images, type MemoryWorld} from '../apply/memory-world.ts';
import {createTestClock, environmentOf, type TestClock} from './fake-environment.ts';

const minutes = (count: number) => 60_000 * count;
const days = (count: number) => minutes(24 * 60 * count);

const descriptor = `name: shop
services:
  web: {kind: worker, image: "${images.good}"}
resources:
  db: {image: "${images.database}", volumes: {data: /data}}
`;

let world: MemoryWorld;
let clock: TestClock;
let settings: Settings;
let actions: Pick<AgentAction, 'duty' | 'address' | 'outcome' | 'message'>[];

beforeEach(async () => {
	world = await createMemoryWorld({environment: 'pr-42'});
	// The apply counts from the real clock.
	clock = createTestClock(Date.now() + minutes(1));
	settings = await readSettings();
	actions = [];
});
afterEach(() => world.close());

async function beginAgent() {
	const duty = createLifetimeDuty(await environmentOf(world, {clock, actions, settings}));
	return () => duty.run([], new AbortController().signal);
}

const containers = async () => (await world.engine.observe({})).containers;
const expireIn = (count: number, deletesData = false) => ({lifetime: {lifetimeMs: days(count), deletesData}});

it('an environment is destroyed ten minutes after its lifetime, and its data is kept', async () => {
	await world.apply(descriptor, expireIn(3));
	const look = await beginAgent();
	const [next] = await look();
	expect(next).toEqual({at: expect.any(Number), what: 'destroy pr-42'});
	expect(Math.abs(next!.at - clock.now() - days(3))).toBeLessThan(minutes(1));
	clock.pass(days(3));
	expect(await look()).toEqual([{at: clock.now() + minutes(10), what: 'destroy pr-42'}]);
	expect(await containers()).toHaveLength(2);
	clock.pass(minutes(10));
	expect(await look()).toEqual([]);
	expect(await containers()).toEqual([]);
	expect(Object.keys((await world.state())!.volumes)).toEqual(['volume.db.data']);
	expect(await world.state()).toMatchObject({active: {}, resources: {}, lifetime: null});
	expect(actions).toMatchObject([
		{outcome: 'done', message: expect.stringMatching(/^destroyed pr-42, which expired at .* UTC; its data is kept$/)},
	]);
	expect(await look()).toEqual([]);
});

it('with its data when that was asked for', async () => {
	await world.apply(descriptor, expireIn(3, true));
	const look = await beginAgent();
	clock.pass(days(3));
	await look();
	clock.pass(minutes(10));
	await look();
	expect((await world.state())!.volumes).toEqual({});
	expect((await world.engine.observe({})).volumes).toEqual([]);
});

it('and the router stays while another environment uses it', async () => {
	await world.apply(descriptor.replace('kind: worker, ', 'kind: web, port: 8080, '), expireIn(3));
	const {engine} = world;
	const isRouter = ({labels: own}: {readonly labels: Readonly<Record<string, string>>}) =>
		own[labels.router] === 'true';
	const router = async () => (await engine.findByName('container', settings.routerName))!;
	expect(isRouter(await router())).toBe(true);
	const owner = {lineage: 'other', project: 'other', environment: 'production', op: 'op_1', serial: 1};
	const network = 'compartment-other.production';
	await engine.createNetwork({name: network, labels: labelsOf({...owner, address: 'network'}), subnet: '10.99.0.0/24'});
	await engine.join((await router()).id, {network});
	const look = await beginAgent();
	clock.pass(days(3));
	await look();
	clock.pass(minutes(10));
	expect(await look()).toEqual([]);
	expect(actions).toMatchObject([{outcome: 'done'}]);
	expect(await router()).toBeDefined();
	expect((await engine.observe({[labels.lineage]: ''})).containers).toEqual([]);
});

it('an apply extends it, even while the agent waits', async () => {
	await world.apply(descriptor, expireIn(3));
	const look = await beginAgent();
	clock.pass(days(3));
	await look();
	// It counts from the real clock, which the test's is ahead of.
	await world.apply(descriptor, expireIn(30));
	clock.pass(minutes(10));
	await look();
	expect(await containers()).toHaveLength(2);
	expect(actions).toEqual([]);
});

it('a clock that is wrong for a moment destroys nothing', async () => {
	await world.apply(descriptor, expireIn(3));
	const look = await beginAgent();
	const real = clock.now();
	clock.set(real + days(300));
	await look();
	clock.pass(minutes(9));
	await look();
	clock.set(real + minutes(9));
	await look();
	clock.pass(minutes(5));
	await look();
	expect(await containers()).toHaveLength(2);
	// A new agent waits again.
	clock.set(real + days(300));
	await (await beginAgent())();
	expect(await containers()).toHaveLength(2);
});

it('a failed destroy is reported, and tried again ever more rarely', async () => {
	await world.apply(descriptor, expireIn(3));
	const look = await beginAgent();
	clock.pass(days(3));
	await look();
	clock.pass(minutes(10));
	const {EngineError} = await import('../../source/errors.ts');
	world.engine.failNext('removeNetwork', new EngineError('cannot remove network: in use', {status: 409}));
	const [next] = await look();
	expect(actions).toMatchObject([{outcome: 'failed', message: expect.stringContaining('could not destroy pr-42')}]);
	expect(next).toEqual({at: clock.now() + minutes(1), what: 'destroy pr-42'});
	await look();
	expect(actions).toHaveLength(1);
	clock.pass(minutes(1));
	expect(await look()).toEqual([]);
	expect(await containers()).toEqual([]);
});

it('production is never destroyed, whatever its state says', async () => {
	const production = await createMemoryWorld();
	try {
		await expect(production.apply(descriptor, expireIn(3))).rejects.toThrow('Environment production never expires.');
		await production.apply(descriptor);
		const lifetime = {expiresAt: '2020-01-01T00:00:00.000Z', lifetimeMs: days(1), deletesData: true};
		await production.changeState(state => ({...state, lifetime}));
		const duty = createLifetimeDuty(await environmentOf(production, {clock, actions, settings}));
		clock.pass(days(1));
		expect(await duty.run([], new AbortController().signal)).toEqual([]);
		expect((await production.engine.observe({})).containers).toHaveLength(2);
	} finally {
		production.close();
	}
});
