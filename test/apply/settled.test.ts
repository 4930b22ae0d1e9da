import fc from 'fast-check';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {labels} from '../../source/model/labels.ts';
import {healthAt} from '../../source/plan/health.ts';
import {humanDuration} from '../model/human-duration.ts';
import {createMemoryWorld, images, type MemoryWorld} from './memory-world.ts';

const descriptor = `name: shop
services:
  web: {image: "${images.good}", port: 80, accessMode: public, readiness: {type: http, path: /healthz, timeoutMs: 150000}}
  plain: {image: "${images.good}", port: 80, accessMode: public}
  mailer: {image: "${images.good}", kind: worker}
resources:
  db: {image: "${images.database}", ports: [5432], readiness: {type: tcp, port: 5432, timeoutMs: 1000}}
`;

const addresses = ['service.web', 'service.plain', 'service.mailer', 'resource.db'] as const;

// Whole tens: no limit is crossed while a test runs.
const seconds = fc.oneof(fc.nat(40), fc.nat(2000)).map(tens => tens * 10);

/** How a container fared: for how long it has run, how often it was restarted, and how the run before ended. */
const condition = fc.record({
	state: fc.oneof({weight: 4, arbitrary: fc.constant('running' as const)}, fc.constantFrom('paused', 'exited')),
	upSeconds: seconds,
	restartCount: fc.nat(4),
	previousSeconds: fc.option(seconds),
	isOutOfMemory: fc.boolean(),
	isBroken: fc.boolean(),
});

type Condition = typeof condition extends fc.Arbitrary<infer Value> ? Value : never;

describe('containers that the list shows as up for long', () => {
	let world: MemoryWorld;
	const ids = new Map<string, string>();

	beforeEach(async () => {
		world = await createMemoryWorld();
		expect((await world.apply(descriptor)).result?.outcome).toBe('done');
		for (const address of addresses) {
			const {containers} = await world.engine.observe({[labels.address]: address});
			ids.set(address, containers[0]!.id);
		}
	});
	afterEach(() => world.close());

	function age(address: string, {state, upSeconds, restartCount, previousSeconds, isOutOfMemory}: Condition): void {
		const startedAt = Date.now() - upSeconds * 1000;
		const endedAt = startedAt - 1000;
		const attributes = {exitCode: '3'};
		world.engine.age(ids.get(address)!, {
			state,
			startedAt,
			restartCount,
			isOutOfMemory,
			finishedAt: restartCount === 0 && state === 'running' ? undefined : endedAt,
			past:
				previousSeconds === null
					? []
					: [
							{action: 'start', at: endedAt - previousSeconds * 1000, attributes},
							{action: 'die', at: endedAt, attributes},
						],
			uptime: humanDuration(upSeconds * 1000),
		});
	}

	/** What a plan decides, without times. */
	async function decided() {
		const {plan, scene} = await world.plan(descriptor);
		const health = addresses.map(address => {
			const {state, cause} = healthAt(scene, address);
			return {address, state, cause};
		});
		const actions = plan.actions.map(({address, kind, order, reasons, changes}) => ({
			address,
			kind,
			order,
			reasons,
			changes,
		}));
		const text = JSON.stringify({health, drift: plan.drift, actions});
		return JSON.parse(text.replaceAll(/ since [\d: -]+:/g, ':')) as unknown;
	}

	it('make the same plan with and without an inspection', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(condition, {minLength: 4, maxLength: 4}), async conditions => {
				for (const [index, address] of addresses.entries()) {
					age(address, conditions[index]!);
					world.breakContainer(ids.get(address)!, conditions[index]!.isBroken ? '503 Service Unavailable' : undefined);
				}
				const short = await decided();
				for (const id of ids.values()) world.engine.age(id, {uptime: undefined});
				expect(short).toEqual(await decided());
			}),
			{numRuns: 40},
		);
	});

	it('are not inspected by a plan, and all others are', async () => {
		const inspected = async () => {
			const before = world.engine.calls.length;
			await world.plan(descriptor);
			const calls = world.engine.calls.slice(before).filter(({method}) => method === 'inspectContainer');
			return addresses.filter(address => calls.some(({args}) => args[0] === ids.get(address)));
		};
		expect(await inspected()).toEqual(addresses);
		for (const id of ids.values()) world.engine.age(id, {uptime: '3 minutes'});
		// Its readiness timeout is longer.
		expect(await inspected()).toEqual(['service.web']);
		world.engine.age(ids.get('service.web')!, {uptime: 'About an hour'});
		world.engine.age(ids.get('service.plain')!, {uptime: '3 minutes (unhealthy)'});
		world.engine.age(ids.get('service.mailer')!, {uptime: 'About a minute'});
		expect(await inspected()).toEqual(['service.plain', 'service.mailer']);
	});
});
