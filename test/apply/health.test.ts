import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Health} from '../../source/model/health-facts.ts';
import {labels} from '../../source/model/labels.ts';
import {healthAt} from '../../source/plan/health.ts';
import {renderHint} from '../../source/render-hint.ts';
import {createMemoryWorld, images, type MemoryWorld} from './memory-world.ts';

const descriptor = `name: shop
services:
  web: {image: "${images.good}", port: 80, accessMode: public, readiness: {type: http, path: /healthz, timeoutMs: 1000}}
  plain: {image: "${images.good}", port: 80, accessMode: public}
  mailer: {image: "${images.good}", kind: worker}
resources:
  db: {image: "${images.database}", ports: [5432], readiness: {type: tcp, port: 5432, timeoutMs: 1000}}
`;

describe('unhealthy containers', () => {
	let world: MemoryWorld;

	beforeEach(async () => {
		world = await createMemoryWorld();
		expect((await world.apply(descriptor)).result?.outcome).toBe('done');
		expect(await planned()).toEqual({drift: [], actions: []});
	});
	afterEach(() => world.close());

	const containerAt = async (address: string): Promise<string> => {
		const {containers} = await world.engine.observe({[labels.address]: address});
		return containers.find(({state}) => state === 'running')!.id;
	};

	async function planned() {
		const {plan} = await world.plan(descriptor);
		return {
			drift: plan.drift.map(({address, message}) => `${address} ${message}`),
			actions: plan.actions
				.filter(({kind}) => kind !== 'none')
				.map(({address, kind, order, reasons}) => `${address} ${order ?? kind}: ${reasons.join('; ')}`),
		};
	}

	/** Expects drift and an action in the plan, and an apply after which the next plan is empty. */
	async function expectMended(address: string, order: string, cause: string): Promise<void> {
		expect(await planned()).toEqual({
			drift: [expect.stringMatching(new RegExp(`^${address} ${cause}$`))],
			actions: [expect.stringMatching(new RegExp(`^${address} ${order}: ${cause}$`))],
		});
		const {plan} = await world.plan(descriptor, {mode: 'refresh-only'});
		expect(plan.drift).toHaveLength(1);
		const {result} = await world.apply(descriptor);
		expect(result?.outcome).toBe('done');
		expect(await planned()).toEqual({drift: [], actions: []});
	}

	it('a service that answers its probe with 503 is replaced, new one first', async () => {
		world.breakContainer(await containerAt('service.web'), '503 Service Unavailable');
		await expectMended(
			'service.web',
			'create-first',
			'does not answer GET /healthz since [\\d: -]+: 503 Service Unavailable',
		);
	});

	it('a service that does not answer at all is replaced too', async () => {
		world.breakContainer(await containerAt('service.web'), 'no answer within 5 s');
		await expectMended('service.web', 'create-first', 'does not answer GET /healthz since .*: no answer within 5 s');
	});

	it('a resource whose port is closed is replaced, the old one stops first', async () => {
		world.breakContainer(await containerAt('resource.db'), 'Connection refused');
		await expectMended('resource.db', 'destroy-first', 'does not answer port 5432: Connection refused');
	});

	it('a worker in a crash loop is replaced, also between two restarts', async () => {
		const id = await containerAt('service.mailer');
		const now = Date.now();
		const event = (action: string, at: number) => ({action, at, attributes: {exitCode: '3'}});
		const past = [event('start', now - 40_000), event('die', now - 20_000), event('start', now - 19_000)];
		world.engine.age(id, {restartCount: 2, startedAt: now - 19_000, finishedAt: now - 20_000, past});
		await expectMended('service.mailer', 'destroy-first', 'restarted 2 times, last exit 3');
	});

	it('a crash loop is detected even when the engine has dropped its events', async () => {
		const now = Date.now();
		const id = await containerAt('service.mailer');
		world.engine.age(id, {restartCount: 2, startedAt: now - 50_000, finishedAt: now - 51_000, past: []});
		await expectMended('service.mailer', 'destroy-first', 'restarted 2 times');
	});

	it('a single restart causes no replacement', async () => {
		const now = Date.now();
		world.engine.age(await containerAt('service.mailer'), {restartCount: 1, startedAt: now, finishedAt: now - 1000});
		expect(await planned()).toEqual({drift: [], actions: []});
	});

	it('a service without readiness whose port refuses is not replaced', async () => {
		world.breakContainer(await containerAt('service.plain'), 'Connection refused');
		expect(await planned()).toEqual({drift: [], actions: []});
	});

	it('a stopped service is not probed', async () => {
		world.breakContainer(await containerAt('service.web'), '503 Service Unavailable');
		expect((await world.apply(descriptor, {mode: 'stop'})).result?.outcome).toBe('done');
		expect((await planned()).drift).toEqual([]);
	});

	it('the router sends requests to a stopped service only after it has started', async () => {
		const serving = () => [...world.router.servers].flatMap(([name, {isServing}]) => (isServing ? [name] : []));
		const before = serving();
		await world.apply(descriptor, {mode: 'stop'});
		expect(serving()).toEqual([]);
		await world.apply(descriptor, {mode: 'start'});
		expect(serving()).toEqual(before);
		expect(await planned()).toEqual({drift: [], actions: []});
	});

	it('a plan that would discard a held candidate warns of it', async () => {
		const better = descriptor.replaceAll(images.good, images.better);
		await world.apply(better, {isHold: true});
		const {plan} = await world.plan(descriptor.replace('port: 80,', 'port: 81,'));
		expect(plan.warnings.map(warning => renderHint(warning, {environment: 'production'})).join()).toMatch(
			/This discards held candidate dpl_\w+ of web\. .*promote --service web/,
		);
		expect((await world.plan(better, {mode: 'promote'})).plan.warnings).toEqual([]);
	});

	it('without a router health comes from the engine alone', async () => {
		world.breakContainer(await containerAt('service.web'), '503 Service Unavailable');
		const {containers} = await world.engine.observe({[labels.router]: 'true'});
		for (const {id} of containers) await world.engine.stop(id, 0);
		expect((await planned()).drift).toEqual([]);
	});
});

const day = 86_400_000;

const patient = descriptor.replaceAll('timeoutMs: 1000', 'timeoutMs: 60000');

describe.each([
	['ahead of ours', day],
	['behind ours', -day],
])('with an engine clock a day %s', (_what, clockOffsetMs) => {
	let world: MemoryWorld;

	beforeEach(async () => {
		world = await createMemoryWorld({clockOffsetMs});
		expect((await world.apply(patient)).result?.outcome).toBe('done');
	});
	afterEach(() => world.close());

	const engineAgo = (seconds: number): number => Date.now() + clockOffsetMs - seconds * 1000;

	async function healthOfAged(
		address: string,
		condition: {restartCount: number; startedAt: number; finishedAt?: number},
	): Promise<Health> {
		const {containers} = await world.engine.observe({[labels.address]: address});
		world.engine.age(containers[0]!.id, {...condition, past: []});
		return healthAt((await world.plan(patient)).scene, address);
	}

	it.each([
		[30, 'crashing'],
		[90, 'healthy'],
	])('a container that has run for %d seconds since its second restart is %s', async (seconds, state) => {
		const times = {restartCount: 2, startedAt: engineAgo(seconds), finishedAt: engineAgo(seconds + 1)};
		expect(await healthOfAged('service.mailer', times)).toMatchObject({state});
	});

	it.each([
		['has just been restarted is starting', {startedAt: 5, finishedAt: 6}, 'starting'],
		['was restarted long ago is hung', {startedAt: 90, finishedAt: 91}, 'hung'],
		['was ready in its first run is hung', {startedAt: 5}, 'hung'],
	] as const)('a service that answers 503 and %s', async (_case, {startedAt, ...rest}, state) => {
		const {containers} = await world.engine.observe({[labels.address]: 'service.web'});
		world.breakContainer(containers[0]!.id, '503 Service Unavailable');
		const finishedAt = 'finishedAt' in rest ? engineAgo(rest.finishedAt) : undefined;
		const times = {restartCount: 0, startedAt: engineAgo(startedAt), ...(finishedAt ? {finishedAt} : {})};
		expect(await healthOfAged('service.web', times)).toMatchObject({state});
	});
});
